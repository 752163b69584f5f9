"""The generated parts of docs/scale.md: Markdown by the name of its block."""

import limits
import timing
from burst import percentile
from inputs import OURS, entries
from model import BURST, JUMPS, MEMORIES, RATES, SECONDS, SLOTS


def markdown(head, rows, left=1):
    """The first `left` columns are texts, the others numbers."""
    out = ["| " + " | ".join(map(str, row)) + " |" for row in [head, *rows]]
    out.insert(1, "|" + "---|" * left + "---:|" * (len(head) - left))
    return "\n".join(out)


def count(number):
    return f"{round(number):,}"


def percent(share):
    """Two digits, or what is certain."""
    value = share * 100
    return "0" if value == 0 else "< 0.01" if value < 0.01 else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def span(seconds):
    if seconds >= 3600:
        return "> 1 h"
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def burst(model):
    rows = []
    for memory in MEMORIES:
        for name in model.durations:
            result = model.burst(name, memory)
            quantiles = [f"{percentile(waits, 0.5)} / {percentile(waits, 0.99)}" for waits in (result.waits_first, result.waits)]
            late = [percent(result.share_above(limit)) for limit in (2000, 5000)]
            rows.append([memory, name, count(result.lost), percent(result.lost / result.arrived), *quantiles, *late, f"{model.dollars(name, memory):.2f}"])
    head = ["MB", "", "refused", "%", "p50 / p99 ms, first second", "first minute", "% above 2 s", "% above 5 s", "dollars an hour"]
    return markdown(head, rows, 2)


def rise(model):
    rows = [[name, *(count(model.refused(name, rise=seconds)) for seconds in JUMPS)] for name in model.durations]
    return markdown(["refused, if the load rises in", *(f"{seconds} s" if seconds else "no time" for seconds in JUMPS)], rows)


def setup(model):
    tried = [50, 100, 200, 400]
    rows = [[name, *(count(model.refused(name, setup_ms=milliseconds)) for milliseconds in tried)] for name in model.durations]
    return markdown(["refused, if Lambda's own part takes", *(f"{milliseconds} ms" for milliseconds in tried)], rows)


def reached(model):
    rows = []
    for name, rate, raised in limits.limits(model.values, model.tables(OURS), model.batch_ms()):
        used = [f"{100 * tried / rate:,.0f} %" if tried <= rate else f"**{100 * tried / rate:,.0f} %**" for tried in RATES]
        rows.append([name, count(limits.nice(rate) if rate > 1000 else rate), *used, raised])
    head = ["limit", "reached at", *(f"{rate:,}" for rate in RATES), "raised by"]
    table = markdown(head, rows)
    return table.replace("---:|\n", "---|\n", 1)


def asked(model):
    rows = []
    for rate in RATES:
        quotas = model.asked(rate)
        lost = [percent(model.share_lost(rate, **options)) for options in ({}, {"ask": True}, {"ask": True, "ramp": SECONDS}, {"ask": True, "functions": 10})]
        rows.append([f"{rate:,}", *(count(quotas[name]) for name in ("http_api_rps", "lambda_concurrency", "maximum_concurrency")), *lost])
    head = ["webhooks a second", "HTTP API, requests a second", "Lambda, concurrent executions", "`MaximumConcurrency`"]
    return markdown([*head, "refused %, defaults", "with these", "and a rise of a minute", "and ten stacks"], rows)


def queue(model):
    rows = []
    for slots in SLOTS:
        for raised in (False, True):
            result = model.queue(slots, raised)
            handled = slots * model.values["batch"] / model.batch_ms() * 1000
            drained = f"{result.depth / handled / 60:.1f} min" if result.depth else "none"
            rows.append([slots, "raised" if raised else "default", count(handled), count(result.depth), drained, count(result.most_in_flight), percent(result.lost / result.arrived)])
    head = ["`MaximumConcurrency`", "quotas", "events a second at most", "in the queue after a minute", "to empty it", "most in flight", "webhooks refused %"]
    return markdown(head, rows, 2)


def tenants(model):
    rows = []
    for name, result in model.tenants().items():
        figures = [span(quantile(result[kind], share)) for kind, share in (("quiet", 0.5), ("quiet", 0.99), ("quiet", 1), ("noisy", 0.5), ("noisy", 0.99))]
        rows.append([name, *figures])
    return markdown(["queue", "others: p50", "p99", "longest", "the noisy one: p50", "p99"], rows)


def quantile(waits, share):
    ordered = sorted(waited for _, waited in waits)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def quotas(model):
    rows = []
    for name, entry in entries()["published"].items():
        page = entry["url"].rsplit("/", 1)[1].removesuffix(".html")
        rows.append([f"`{name}`", f"{model.values[name]:,g}", entry["unit"], entry["says"], entry["raise"], f"[{page}]({entry['url']})", entry["read"]])
    return markdown(["name", "value", "of what", "notes", "can be raised", "page of AWS", "read"], rows).replace("---:|", "---|")


def assumed(model):
    rows = []
    for kind in ("assumed", "template"):
        for name, entry in entries()[kind].items():
            value = model.values[name]
            rows.append([f"`{name}`", " / ".join(f"{one:g}" for one in value) if isinstance(value, list) else f"{value:g}", entry["says"]])
    return markdown(["name", "value", "what"], rows).replace("---:|", "---|")


def short(model):
    first = {name: model.burst(name, 128) for name in model.durations}
    waits = lambda name: percentile(first[name].waits_first, 0.99) / 1000
    others = [name for name in model.durations if name != OURS]
    fair = model.tenants()
    names = list(fair)
    worker = limits.limits(model.values, model.tables(OURS), model.batch_ms())
    lines = [
        f"A jump from 0 to {BURST:,} webhooks a second costs {count(first[OURS].lost)} of the first minute's {count(first[OURS].arrived)}, "
        + ", ".join(f"{count(first[name].lost)} with {name}" for name in others)
        + f". Kommo never sends them again. If the load rises in {JUMPS[-1]} s instead, {'none is' if not any(model.refused(name, rise=JUMPS[-1]) for name in first) else 'fewer are'} lost with any of them.",
        f"Nobody waits long: in the first second p99 is {waits(OURS):.1f} s (" + ", ".join(f"{name} {waits(name):.1f} s" for name in others) + "), far below Qikchat's 2 s and Kommo's 5 s. Lambda keeps no request waiting; it refuses.",
        f"The first limit is a setting of your own: with `MaximumConcurrency=5` the worker delivers {count(worker[0][1])} events a second, and everything above stays in the queue. AWS's first quota is at {count(limits.nice(worker[1][1]))} webhooks a second.",
        f"More memory costs more and gains nothing: 512 MB loses {count(model.burst(OURS, 512).lost)}.",
        f"A channel that floods the queue delays the others by {span(quantile(fair[names[1]]['quiet'], 0.99))} (p99) with the group ids that Chathooks sends, and by {span(quantile(fair[names[0]]['quiet'], 0.99))} without.",
    ]
    return "\n".join(f"- {line}" for line in lines)


BLOCKS = {"short": short, "burst": burst, "rise": rise, "setup": setup, "limits": reached, "ask": asked, "queue": queue, "tenants": tenants, "quotas": quotas, "assumed": assumed}
