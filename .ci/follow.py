"""Follows a page in docs/ literally, in a copy of the project, so that mistakes on the page are found.

    python3 .ci/follow.py docs/add-a-provider.md

Executes the page's fenced blocks in order:

        ```sh                       runs in the copy's folder; a failure ends everything
        ```sh background            keeps running, as in a separate terminal, until the page ends
        ```sh fails                 runs, and must fail
        ```text                     the last command's output: each of these lines in this order, with `…` for anything
        ```LANGUAGE PATH            becomes that file
        ```LANGUAGE PATH +          is appended to that file
        ```LANGUAGE PATH after TEXT is inserted after the line TEXT in that file
        ```diff PATH                its lines with `-` are replaced by those with `+`; that file must contain them exactly once

The copy contains what git would commit, the installed tools, and the dependencies that are already built. It remains in
target/follow for inspection.

    python3 .ci/follow.py --count docs/add-a-provider.md

prints instead how many lines a reader writes: all lines that become files, but no commands.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# For one command, which might have to build first, possibly for release and for two architectures.
SECONDS = 3600
SHARED = [".venv", ".venv-examples"]
# Files that make compares with the installed tools: if the copies were newer, make would reinstall the tools.
DATED = re.compile(r"\.ci/(requirements.*|examples)\.txt|examples/.*/requirements\.txt|.*/package-lock\.json")
TARGET = ROOT / "target"
BUILT = ["debug", "release", "x86_64-unknown-linux-gnu/release", "aarch64-unknown-linux-gnu/release"]
FOLLOW = TARGET / "follow"


@dataclass
class Block:
    line: int
    info: list[str]
    text: str


def blocks(page: str) -> list[Block]:
    found, block = [], None
    for number, line in enumerate(page.splitlines(), 1):
        if block is None and (fence := re.fullmatch(r"```(\S.*)", line)):
            block = Block(number, fence[1].split(maxsplit=3), "")
        elif block is not None and line == "```":
            found.append(block)
            block = None
        elif block is not None:
            block.text += line + "\n"
    return found


def copy_project(folder: Path) -> None:
    """Creates every file anew, so that cargo builds the copy's own packages instead of the project's."""
    files = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True
    ).stdout.decode()
    for name in filter(None, files.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (shutil.copy2 if DATED.fullmatch(name) else shutil.copy)(ROOT / name, folder / name)
    locks = [Path(name) for name in files.split("\0") if name.endswith("/package-lock.json")]
    for name in SHARED + [str(lock.parent / "node_modules") for lock in locks]:
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).symlink_to((ROOT / name).resolve())


def copy_dependencies(target: Path) -> None:
    for name in [f"{profile}/{part}" for profile in BUILT for part in ["deps", "build", ".fingerprint"]]:
        if (TARGET / name).is_dir() and not (target / name).exists():
            shutil.copytree(TARGET / name, target / name, symlinks=True)


class Walk:
    """A reader who follows a page."""

    def __init__(self, page: Path, folder: Path, out: Path) -> None:
        self.page, self.folder, self.out = page, folder, out
        self.running: list[subprocess.Popen] = []
        # The last command, while it is still running.
        self.writer: subprocess.Popen | None = None
        self.written = Path(os.devnull)
        path = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path, "NO_COLOR": "1"}
        self.environment.pop("CARGO_TARGET_DIR", None)

    def stop(self, block: Block, problem: str) -> None:
        output = self.written.read_text(errors="replace")[-4000:]
        sys.exit(f"{self.page}:{block.line}: {problem}\n{block.text}\nThe last command wrote:\n{output}")

    def do(self, block: Block) -> None:
        match block.info:
            case ["sh", *how]:
                self.run(block, " ".join(how))
            case ["text"]:
                self.expect(block)
            case ["diff", path]:
                self.change(block, self.folder / path)
            case [_, path, *where]:
                self.write(block, self.folder / path, where)
            case [_]:
                self.stop(block, "unknown kind of block; see .ci/follow.py")

    def run(self, block: Block, how: str) -> None:
        print(f"{self.page}:{block.line}: {block.text.splitlines()[0]}", flush=True)
        self.written = self.out / f"{block.line}.log"
        with self.written.open("wb") as output:
            process = subprocess.Popen(
                ["bash", "-euo", "pipefail", "-c", block.text],
                cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running.append(process)
        self.writer = process if how == "background" else None
        if self.writer:
            return
        try:
            code = process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.stop(block, f"the command did not end within {SECONDS} s")
        self.running.remove(process)
        if (code != 0) != (how == "fails"):
            self.stop(block, f"the command ended with {code}")

    def expect(self, block: Block) -> None:
        lines = [".*".join(map(re.escape, line.strip().split("…"))) for line in block.text.splitlines() if line.strip()]
        expected = re.compile(r"[\s\S]*?".join(lines))
        deadline = time.monotonic() + SECONDS
        # A background command prints this when it is ready, so its output is re-read until then.
        while not expected.search(self.written.read_text(errors="replace")):
            if self.writer is None or self.writer.poll() is not None or time.monotonic() > deadline:
                self.stop(block, "the command did not print this")
            time.sleep(0.1)

    def write(self, block: Block, path: Path, where: list[str]) -> None:
        before = path.read_text() if path.exists() else ""
        match where:
            case []:
                text = block.text
            case ["+"]:
                text = before + block.text
            case ["after", line] if f"\n{line}\n" in before:
                text = before.replace(f"\n{line}\n", f"\n{line}\n{block.text}", 1)
            case _:
                self.stop(block, f"{path.name} has no such line")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def change(self, block: Block, path: Path) -> None:
        lines = block.text.splitlines(keepends=True)
        old, new = ("".join(line[1:] for line in lines if line[0] != sign) for sign in "+-")
        before = path.read_text()
        if before.count(old) != 1:
            self.stop(block, f"{path.name} contains these lines {before.count(old)} times, not once")
        path.write_text(before.replace(old, new))

    def end(self) -> None:
        for process in reversed(self.running):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.running:
            process.wait(30)


def written_lines(block: Block) -> int:
    """Returns how many lines the page's reader writes into a file for this block."""
    lines = [line for line in block.text.splitlines() if line.strip()]
    match block.info:
        case ["diff", _]:
            return sum(line.startswith("+") for line in lines)
        case ["sh", *_] | [_]:
            return 0
        case _:
            return len(lines)


def main() -> None:
    page = Path(sys.argv[-1])
    found = blocks(page.read_text())
    if "--count" in sys.argv:
        print(f"{page}: {sum(map(written_lines, found))} lines")
        return
    if not any(block.info[0] == "sh" for block in found):
        sys.exit(f"{page} has no command")
    folder, out = FOLLOW / "chathooks", FOLLOW / "written"
    for old in (folder, out):
        shutil.rmtree(old, ignore_errors=True)
        old.mkdir(parents=True)
    copy_project(folder)
    copy_dependencies(FOLLOW / "target")
    # Outside the copy, which is recreated each time.
    (folder / "target").symlink_to(FOLLOW / "target")
    walk = Walk(page, folder, out)
    try:
        for block in found:
            walk.do(block)
    finally:
        walk.end()
    print(f"{page}: all {len(found)} blocks passed")


main()
