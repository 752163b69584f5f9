"""The generated blocks of docs/scale.md: functions that return Markdown, by the name of the block."""

import limits
import timing
from burst import percentile
from inputs import OURS, entries
from model import BURST, JUMPS, MEMORIES, RATES, SECONDS, SLOTS
from tenants import LONGEST


def markdown(head, rows):
    """Returns a table. A column is right-aligned if the last row has a number in it."""
    out = ["| " + " | ".join(map(str, row)) + " |" for row in [head, *rows]]
    is_number = lambda cell: str(cell)[0] in "<>*0123456789" and "-" not in str(cell)
    out.insert(1, "|" + "".join("---:|" if is_number(cell) else "---|" for cell in rows[-1]))
    return "\n".join(out)


def count(number):
    return f"{round(number):,}"


def percent(share):
    """Formats a share as a percentage: two decimals below 10, none above."""
    value = share * 100
    return "0" if value == 0 else "< 0.01" if value < 0.01 else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def span(seconds):
    if seconds >= LONGEST:
        return f"> {LONGEST // 60} min"
    return "< 0.1 s" if seconds < 0.1 else f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def burst(model):
    rows = []
    for memory in MEMORIES:
        for name in model.durations:
            result = model.burst(name, memory)
            quantiles = [f"{percentile(waits, 0.5)} / {percentile(waits, 0.99)}" for waits in (result.waits_first, result.waits)]
            late = [percent(result.share_above(limit)) for limit in (2000, 5000)]
            lost, dollars = [count(result.lost), percent(result.lost / result.arrived)], f"{model.dollars(name, memory):.2f}"
            rows.append([memory, name, *lost, *quantiles, *late, dollars])
    head = ["MB", "function", "refused", "%", "p50 / p99 ms, first second", "first minute"]
    head += ["% above 2 s", "% above 5 s", "dollars per hour"]
    return markdown(head, rows)


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
    return markdown(head, rows)


def asked(model):
    rows = []
    for rate in RATES:
        quotas = model.asked(rate)
        ways = [{}, {"ask": True}, {"ask": True, "ramp": SECONDS}, {"ask": True, "functions": 10}]
        lost = [percent(model.share_lost(rate, **way)) for way in ways]
        rows.append([f"{rate:,}", *(count(quotas[name]) for name in ("http_api_rps", "lambda_concurrency", "maximum_concurrency")), *lost])
    head = ["webhooks per second", "HTTP API, requests per second", "Lambda, concurrent executions", "`MaximumConcurrency`"]
    return markdown([*head, "refused %, defaults", "with these", "and a rise in a minute", "and ten stacks"], rows)


def queue(model):
    rows = []
    for slots, raised in [(SLOTS[-1], False), *((slots, True) for slots in SLOTS)]:
        result = model.queue(slots, raised)
        handled = slots * model.values["batch"] / model.batch_ms() * 1000
        drained = result.depth / handled
        emptied = f"{drained / 60:.1f} min" if drained > 1 else "< 1 s"
        counts = [count(number) for number in (handled, result.most_visible, result.depth, result.most_in_flight)]
        rows.append([slots, "requested" if raised else "default", *counts, emptied, percent(result.lost / result.arrived)])
    head = ["`MaximumConcurrency`", "account quotas", "max. events per second", "max. in the queue"]
    head += ["in the queue after a minute", "max. in flight", "then empty in", "webhooks refused %"]
    return markdown(head, sorted(rows, key=lambda row: row[0]))


def tenants(model):
    rows = []
    for name, result in model.tenants().items():
        shares = [("quiet", 0.5), ("quiet", 0.99), ("quiet", 1), ("noisy", 0.5), ("noisy", 0.99)]
        figures = [span(quantile(result[kind], share)) for kind, share in shares]
        rows.append([name, *figures])
    return markdown(["queue", "other channels: p50", "p99", "longest", "noisy channel: p50", "p99"], rows)


def quantile(waits, share):
    ordered = sorted(waited for _, waited in waits)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def quotas(model):
    rows = []
    for name, entry in entries()["published"].items():
        page = entry["url"].rsplit("/", 1)[1].removesuffix(".html")
        link = f"[{page}]({entry['url']})"
        rows.append([f"`{name}`", f"{model.values[name]:,g}", entry["unit"], entry["says"], entry["raise"], link, entry["read"]])
    return markdown(["name", "value", "unit", "notes", "can be raised", "AWS page", "read"], rows)


def assumed(model):
    rows = []
    for kind in ("assumed", "template"):
        for name, entry in entries()[kind].items():
            value = model.values[name]
            written = " / ".join(f"{one:g}" for one in (value if isinstance(value, list) else [value]))
            rows.append([f"`{name}`", written, entry["says"]])
    return markdown(["name", "value", "meaning"], rows)


def short(model):
    first = {name: model.burst(name, 128) for name in model.durations}
    others = [name for name in model.durations if name != OURS]
    ours, at_512 = first[OURS], model.burst(OURS, 512)
    dearer = model.dollars(OURS, 512) - model.dollars(OURS, 128)
    rising = {name: count(model.refused(name, rise=JUMPS[-1])) for name in model.durations}
    waits = lambda name: f"{percentile(first[name].waits_first, 0.99) / 1000:.1f} s"
    reached = {name: rate for name, rate, _ in limits.limits(model.values, model.tables(OURS), model.batch_ms())}
    late = "some responses arrive" if any(result.share_above(2000) for result in first.values()) else "no response arrives"
    ordered, fair = (span(quantile(result["quiet"], 0.99)).replace("<", "less than") for result in list(model.tenants().values())[:2])
    among = lambda values: "; with " + ", with ".join(f"{name} {values[name]}" for name in others)
    lines = [
        f"**A jump from 0 to {BURST:,} webhooks per second**: {count(ours.lost)} of {count(ours.arrived)} in the first minute are refused"
        + among({name: count(first[name].lost) for name in others})
        + f". This assumes that Lambda's own part of a cold start takes {model.values['setup_ms'][0]:g} ms. Kommo does not resend them.",
        f"**A rise in {JUMPS[-1]} s** instead of a jump: {rising[OURS]} are refused" + among(rising) + ".",
        f"**Response time**: in the first second, p99 is {waits(OURS)}"
        + among({name: waits(name) for name in others})
        + f". Lambda refuses requests instead of queuing them, so {late} later than Qikchat's limit of 2 s.",
        f"**The first limit** is a setting: with `MaximumConcurrency={model.values['maximum_concurrency']:g}`, the worker delivers "
        f"{count(reached[limits.WORKER])} events per second, and the rest waits in the queue. The first of AWS's quotas is reached at "
        f"{count(round(reached[limits.CALLS], -2))} webhooks per second, or at {count(round(reached[limits.JUMP], -2))} in a jump from zero.",
        f"**Memory**: with 512 MB instead of 128, {count(at_512.lost)} are refused instead of {count(ours.lost)}, for {dearer:.2f} dollars more per hour.",
        f"**A channel that floods the queue** delays the other channels' events by {fair} (p99); without the group ids that Chathooks "
        f"sends, it would delay them by {ordered}.",
    ]
    return "\n".join(f"- {line}" for line in lines)


BLOCKS = {
    "short": short,
    "burst": burst,
    "rise": rise,
    "setup": setup,
    "limits": reached,
    "ask": asked,
    "queue": queue,
    "tenants": tenants,
    "quotas": quotas,
    "assumed": assumed,
}
