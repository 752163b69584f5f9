#!/usr/bin/env python3
"""Builds every target in tests/fuzz/fuzz_targets and runs it for a few seconds with the seeds from events/. Needs neither
nightly nor cargo-fuzz, only stable Cargo and a C++ compiler for libFuzzer. Inputs that crash a target are saved in
tests/fuzz/artifacts; nothing else is kept.

    python3 tests/fuzz/smoke.py       # 5 seconds each
    python3 tests/fuzz/smoke.py 60
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FUZZ = Path(__file__).resolve().parent
TARGETS = sorted(path.stem for path in (FUZZ / "fuzz_targets").glob("*.rs"))
# These would override tests/fuzz/.cargo/config.toml.
OVERRIDES = ("RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET")
# The prefixes of libFuzzer's progress lines.
PROGRESS = ("#", "\tNEW_FUNC")


def build() -> dict[str, str]:
    """Returns the path of each target's executable."""
    command = ["cargo", "build", "--quiet", "--locked", "--target-dir", str(FUZZ / "target")]
    command += ["--message-format=json-render-diagnostics"]
    for target in TARGETS:
        command += ["--bin", target]
    environment = {name: value for name, value in os.environ.items() if name not in OVERRIDES}
    built = subprocess.run(command, cwd=FUZZ, env=environment, stdout=subprocess.PIPE, text=True)
    if built.returncode:
        sys.exit("fuzz: building the targets failed, see above (libFuzzer needs a C++ compiler, `c++` or $CXX)")
    messages = map(json.loads, built.stdout.splitlines())
    return {message["target"]["name"]: message["executable"] for message in messages if message.get("executable")}


def run(target: str, executable: str, corpus: Path, seconds: int) -> tuple[str, int | None, str]:
    """Returns the target, its number of executions (None if it failed), and libFuzzer's output."""
    artifacts = FUZZ / "artifacts" / target
    artifacts.mkdir(parents=True, exist_ok=True)
    options = [f"-max_total_time={seconds}", "-timeout=30", "-print_final_stats=1", f"-artifact_prefix={artifacts}/"]
    command = [executable, str(corpus / target), *options]
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    execs = re.search(r"^stat::number_of_executed_units: *(\d+)$", ended.stdout, re.MULTILINE)
    return target, int(execs[1]) if execs and ended.returncode == 0 else None, ended.stdout


def main() -> None:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    executables = build()
    failed = []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        corpus = Path(folder)
        subprocess.run([sys.executable, str(FUZZ / "seed.py"), folder], check=True)
        runs = [pool.submit(run, target, executables[target], corpus, seconds) for target in TARGETS]
        for target, execs, log in (each.result() for each in runs):
            print(f"{target:<12}", "FAILED" if execs is None else f"{execs:>11,} execs", flush=True)
            if execs is None:
                failed.append(target)
                shown = [line for line in log.splitlines() if not line.startswith(PROGRESS)]
                print(*shown[-40:], sep="\n", flush=True)
    if failed or not TARGETS:
        sys.exit(f"fuzz: failed: {', '.join(failed) or 'no target'}; see tests/fuzz/README.md for what to do with a crash")


main()
