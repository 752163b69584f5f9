"""The monthly cost of three deployments: the tables of docs/cost.md, from its prices and from what template.yaml deploys.

    python tests/template/costs.py            prints the tables
    python tests/template/costs.py write      writes them into the page
"""

import re
import sys

from evaluate import ROOT
from translate import check

PAGE = ROOT / "docs/cost.md"
BLOCK = re.compile(r"(?<=<!-- cost deployments -->\n).*?(?=\n<!-- /cost deployments -->)", re.DOTALL)
SECONDS = 30 * 24 * 3600
MEMORY_GB = 128 / 1024

# Assumptions, which the page lists.
RECEIVER_MS = 100
LINE_KB, LAMBDA_LINES_KB, ACCESS_LINE_KB = 1.0, 0.6, 0.45
STORED = 0.15
TRACED, TRACED_A_SECOND = 0.05, 1
METRICS_OF_A_PROVIDER, METRICS_OF_THE_WORKER = 10, 3
POLLERS, POLL_SECONDS = 5, 20
DATA_KEY_SECONDS = 300

ALL = {"Kommo": "enabled", "Kommunicate": "enabled", "KoreCallback": "enabled", "KoreHooks": "enabled", "Qikchat": "enabled"}
WORKER = {"DeliveryUrl": "https://example.com/events"}
# Name, parameters, webhooks per month, the share of them that starts an instance, and the events in a batch of the worker.
DEPLOYMENTS = [
    ("a shop", {"Kommo": "enabled"} | WORKER, 10_000, 0.5, 1),
    ("a SaaS", ALL | WORKER, 30_000_000, 0.01, 1),
    ("10,000 per second", ALL | WORKER, 10_000 * SECONDS, 0.0001, 10),
]
FALLBACK = "arn:aws:sqs:eu-central-1:123456789012:fallback"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1"
SWITCHES = [
    ("without the worker (no `DeliveryUrl`)", {"DeliveryUrl": ""}),
    ("`Metrics=disabled`", {"Metrics": "disabled"}),
    ("`Tracing=disabled`", {"Tracing": "disabled"}),
    ("`LogRetentionDays=7` (30)", {"LogRetentionDays": "7"}),
    ("`QueueType=fifo`", {"QueueType": "fifo"}),
    ("`FallbackQueueArn`, while it is not used", {"FallbackQueueArn": FALLBACK}),
    ("`KmsKeyArn`", {"KmsKeyArn": KEY}),
    ("`Deployment=Canary10Percent5Minutes`", {"Deployment": "Canary10Percent5Minutes"}),
]


def prices():
    """Returns the page's prices: dollars by the name of the part."""
    rows = re.findall(r"^\| ([^|]+) \| ([\d.]+) \| [^|]+ \| \[", PAGE.read_text(), re.MULTILINE)
    return {name: float(dollars) for name, dollars in rows}


def billed_ms(cold_part):
    """Returns the mean billed milliseconds, from the measurements that the benchmark writes into the page."""
    warm, cold = re.search(r"^\| Chathooks \(kommo\) \| (\d+) \| (\d+) \|", PAGE.read_text(), re.MULTILINE).groups()
    return int(warm) * (1 - cold_part) + int(cold) * cold_part


def alarm_metrics(alarm):
    """Returns the number of metrics in an alarm, by which it is billed."""
    return sum("MetricStat" in metric for metric in alarm.get("Metrics", [])) or 1


def cost(parameters, webhooks, cold_part, batch):
    """Returns the dollars per month by part, and the counts of alarms, metrics in them, and secrets."""
    price = prices()
    stack = check(parameters)
    values = stack.values
    of_type = {}
    for resource in stack.resources.values():
        of_type.setdefault(resource["Type"], []).append(resource.get("Properties", {}))
    has_worker = "WorkerFunction" in stack.resources
    providers = len(of_type["AWS::Lambda::Function"]) - has_worker
    millions = webhooks / 1e6
    gb_second = price["Lambda compute, arm64"]
    milliseconds = billed_ms(cold_part)
    instances = max(1, webhooks / SECONDS * milliseconds / 1000)
    is_fifo, has_key = values["QueueType"] == "fifo", values["KmsKeyArn"] != ""
    request, send = price["SQS FIFO"], price["SQS FIFO"]
    if not is_fifo:
        request, send = price["SQS standard"], price["SQS standard"] + price["SQS fair queues"]
    # A FIFO batch has one event at any load.
    calls = millions / (1 if is_fifo else batch) if has_worker else 0
    idle_request = price["SQS standard"] if is_fifo else price["SQS FIFO"]
    parts = {
        "HTTP API": millions * price["HTTP API"],
        "Lambda requests": (millions + calls) * price["Lambda requests"],
        "Lambda compute": (millions * milliseconds + calls * RECEIVER_MS) * 1e3 * MEMORY_GB * gb_second,
        "SQS, sending": millions * send,
    }
    # A batch takes one request to receive and one to delete. Idle queues are polled continuously, including the one not in use.
    polls = POLLERS * SECONDS / POLL_SECONDS / 1e6
    parts["SQS, receiving"] = max(2 * calls, polls) * request + polls * idle_request if has_worker else 0
    kilobytes = millions * (LINE_KB + LAMBDA_LINES_KB + ACCESS_LINE_KB) + (millions * LINE_KB + calls * LAMBDA_LINES_KB if has_worker else 0)
    months = int(values["LogRetentionDays"]) / 30
    parts["Logs"] = kilobytes * (price["Logs, ingestion"] + months * STORED * price["Logs, storage"])
    parts["Custom metrics"] = 0
    if values["Metrics"] == "enabled":
        metrics = providers * METRICS_OF_A_PROVIDER + has_worker * METRICS_OF_THE_WORKER
        parts["Custom metrics"] = metrics * price["Custom metrics"]
    parts["Alarms"] = sum(map(alarm_metrics, of_type["AWS::CloudWatch::Alarm"])) * price["Alarms"]
    parts["Dashboard"] = len(of_type["AWS::CloudWatch::Dashboard"]) * price["Dashboard"]
    reads = (instances + has_worker) * SECONDS / 300 + webhooks * cold_part
    secrets = len(of_type["AWS::SecretsManager::Secret"])
    parts["Secrets"] = secrets * price["Secrets"] + reads / 1e4 * price["Secrets, reading"]
    parts["X-Ray"] = 0
    if values["Tracing"] == "enabled":
        traces = min(webhooks, webhooks * TRACED + providers * TRACED_A_SECOND * SECONDS)
        parts["X-Ray"] = traces / 1e6 * price["X-Ray"]
    parts["KMS"] = 0
    if has_key:
        # SQS requests a data key every five minutes, twice for each sender and once for each receiver; so does each secret read.
        calls_of_key = (2 * providers + has_worker) * SECONDS / DATA_KEY_SECONDS + reads
        parts["KMS"] = price["KMS keys"] + calls_of_key / 1e4 * price["KMS requests"]
    return parts, (len(of_type["AWS::CloudWatch::Alarm"]), sum(map(alarm_metrics, of_type["AWS::CloudWatch::Alarm"])), secrets)


def money(dollars):
    return f"{dollars:,.2f}" if abs(dollars) < 100 else f"{dollars:,.0f}"


def difference(dollars):
    sign = "" if abs(dollars) < 0.005 else "+" if dollars > 0 else "−"
    return sign + money(abs(dollars))


def table(head, rows):
    written = ["| " + " | ".join(row) + " |" for row in [head, *rows]]
    written.insert(1, "|---" + "|---:" * (len(head) - 1) + "|")
    return "\n".join(written)


def tables():
    costs = [cost(*deployment[1:]) for deployment in DEPLOYMENTS]
    names = [deployment[0] for deployment in DEPLOYMENTS]
    rows = [[part, *(money(parts[part]) for parts, _ in costs)] for part in costs[0][0] if any(parts[part] for parts, _ in costs)]
    totals = [sum(parts.values()) for parts, _ in costs]
    rows.append(["**total**", *(f"**{money(total)}**" for total in totals)])
    for index, what in enumerate(["alarms", "metrics in them", "secrets"]):
        rows.append([what, *(str(counts[index]) for _, counts in costs)])
    switches = []
    for name, switch in SWITCHES:
        changed = [sum(cost(parameters | switch, *rest)[0].values()) for _, parameters, *rest in DEPLOYMENTS]
        switches.append([name, *(difference(new - old) for new, old in zip(changed, totals))])
    price = prices()
    access = ACCESS_LINE_KB * (price["Logs, ingestion"] + STORED * price["Logs, storage"])
    urls = [webhooks / 1e6 * (price["HTTP API"] + access) for _, _, webhooks, *_ in DEPLOYMENTS]
    # A function URL has neither the API's charge nor its access log.
    switches.append(["a function URL in place of the HTTP API", *(difference(-url) for url in urls)])
    return table(["dollars per month", *names], rows) + "\n\n" + table(["change", *names], switches)


def main():
    if sys.argv[1:] == ["write"]:
        PAGE.write_text(BLOCK.sub(lambda _: tables(), PAGE.read_text()))
    else:
        print(tables())


if __name__ == "__main__":
    main()
