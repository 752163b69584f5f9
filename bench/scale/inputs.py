"""The simulation's input: quotas and assumptions from quotas.toml, durations and prices from the pages that list them."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUOTAS = Path(__file__).with_name("quotas.toml")
# The variants of docs/benchmark.md to compare. The floor is left out, because nobody would ship it.
VARIANTS = ["Chathooks (kommo)", "naive Rust", "Node 22", "Python 3"]
OURS = VARIANTS[0]


def entries():
    """Returns the tables of quotas.toml: {kind: {name: entry}}."""
    return tomllib.loads(QUOTAS.read_text())


def values(changes=()):
    """Returns every number by name; `changes` are strings such as "lambda_concurrency=3000"."""
    found = {name: entry["value"] for kind in entries().values() for name, entry in kind.items()}
    for change in changes:
        name, _, text = change.partition("=")
        if name not in found:
            raise SystemExit(f"--set {change}: unknown name {name}; the names are {', '.join(sorted(found))}")
        try:
            found[name] = changed(found[name], float(text))
        except ValueError:
            raise SystemExit(f"--set {change}: not a number") from None
    return found


def changed(old, new):
    """Returns the new value; a triple of quantiles is scaled to the new p50."""
    return [value * new / old[0] for value in old] if isinstance(old, list) else new


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def table(text, block):
    """Returns the rows of the first table in a generated block of a page, each as {column: cell}."""
    found = re.search(rf"<!-- {block} -->\n(.*?)<!-- /{block} -->", text, re.DOTALL)
    if not found:
        raise SystemExit(f"no block {block}")
    lines = [line for line in found[1].splitlines() if line.startswith("|")]
    # A column without a name is keyed by its index.
    head = [name or place for place, name in enumerate(cells(lines[0]))]
    return [dict(zip(head, cells(line))) for line in lines[2:]]


def durations(extra=None):
    """Returns each variant's milliseconds as (p50, p90, p99), from docs/benchmark.md and docs/cost.md; `extra` is a TOML file
    with more variants."""
    by_name = lambda rows: {next(iter(row.values())): row for row in rows}
    spread = by_name(table((ROOT / "docs/benchmark.md").read_text(), "benchmark spread"))
    billed = by_name(table((ROOT / "docs/cost.md").read_text(), "cost parts"))
    sqs_ms = values()["sqs_ms"][0]
    found = {}
    for name in VARIANTS:
        row = spread[name]
        figure = lambda column: [float(value) for value in row[column].split("/")]
        found[name] = {
            "init_ms": figure("init ms"),
            "first_ms": figure("first event ms"),
            "first_128_ms": figure("first at 128 MB ms"),
            "warm_ms": figure("warm wall ms"),
            # The costs count SQS's answer in.
            "warm_128_ms": float(billed[name]["billed ms, warm"]) - sqs_ms,
        }
    if extra:
        found |= tomllib.loads(Path(extra).read_text())
    return found


def worker_cpu_ms():
    """Returns the worker's CPU milliseconds for one event of a full batch, on a whole core."""
    rows = table((ROOT / "docs/benchmark.md").read_text(), "benchmark worker")
    (row,) = [row for row in rows if (row[0], row[1]) == ("standard queue, batches of 10", "Chathooks (worker)")]
    return float(row["CPU µs per event"]) / 1000


def prices():
    """Returns the dollars by part, from the price table of docs/cost.md."""
    rows = re.findall(r"^\| ([^|]+) \| ([\d.]+) \| [^|]+ \| \[", (ROOT / "docs/cost.md").read_text(), re.MULTILINE)
    return {name: float(dollars) for name, dollars in rows}
