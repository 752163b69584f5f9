"""Simulates many webhooks at the same time, with measured durations and the scaling rules that AWS publishes.

    python3 bench/scale                               prints the tables of docs/scale.md
    python3 bench/scale --set lambda_concurrency=3000 prints them with another quota or assumption (quotas.toml has the names)
    python3 bench/scale --durations mine.toml         prints them with an additional row for your own function
    python3 bench/scale check                         fails if the page or a plot differs from the simulation's output
    python3 bench/scale write                         writes the page and the plots
"""

import argparse
import re

import inputs
import plots
from model import Model
from tables import BLOCKS

PAGE = inputs.ROOT / "docs/scale.md"


def rendered(page, model):
    for name, make in BLOCKS.items():
        block = re.compile(rf"(<!-- scale {name} -->\n).*?(<!-- /scale {name} -->)", re.DOTALL)
        page, found = block.subn(lambda match: f"{match[1]}{make(model)}\n{match[2]}", page)
        if found != 1:
            raise SystemExit(f"{PAGE.name} has {found} blocks {name}")
    return page


def main():
    parser = argparse.ArgumentParser(prog="python3 bench/scale", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", nargs="?", choices=["print", "check", "write"], default="print")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="changes")
    parser.add_argument("--durations", metavar="FILE")
    options = parser.parse_args()
    if options.action != "print" and (options.changes or options.durations):
        parser.error(f"{options.action} does not accept --set or --durations: it uses the committed numbers")
    model = Model(inputs.values(options.changes), inputs.durations(options.durations), inputs.worker_cpu_ms(), inputs.prices())
    if options.action == "print":
        for name, make in BLOCKS.items():
            print(f"## {name}\n\n{make(model)}\n")
        return
    files = {PAGE: rendered(PAGE.read_text(), model)}
    files |= {PAGE.with_name(f"scale-{name}.svg"): make(model) for name, make in plots.PLOTS.items()}
    stale = [path for path, text in files.items() if not path.exists() or path.read_text() != text]
    if options.action == "write":
        for path in stale:
            path.write_text(files[path])
    elif stale:
        names = ", ".join(str(path.relative_to(inputs.ROOT)) for path in stale)
        raise SystemExit(f"{names}: differs from the simulation's output. Run: python3 bench/scale write")


main()
