"""Packs the archives of a release. The same files yield the same archives, byte for byte: names are sorted, and the archives
contain no time, owner or machine. Needs only Python's standard library.

    python3 .ci/release deploy arm64 target/functions/arm64 target/release-files
    python3 .ci/release cli x86_64-unknown-linux-musl target/cli/chathooks target/release-files
    python3 .ci/release sums target/release-files
"""

import argparse
import hashlib
import sys
from pathlib import Path

from archive import File, tarball, zipped
from elf import fault
from template import deployable, without_build

ROOT = Path(__file__).resolve().parent.parent.parent
LICENSES = ["LICENSE-APACHE", "LICENSE-MIT"]


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def version() -> str:
    (line,) = [line for line in text("Cargo.toml").splitlines() if line.startswith("version = ")]
    return line.split('"')[1]


def licenses() -> list[File]:
    return [File(name, (ROOT / name).read_bytes()) for name in LICENSES]


def deploy(architecture: str, functions: Path, folder: Path) -> None:
    """Packs chathooks-<architecture>.zip: what `sam deploy` needs, with nothing left to build."""
    names = sorted(path.name for path in (ROOT / "functions").iterdir() if (path / "Cargo.toml").is_file())
    page = text(".ci/release/README.md").format(version=version(), architecture=architecture)
    files = [
        File("README.md", page.encode()),
        File("template.yaml", deployable(text("template.yaml"), architecture, names).encode()),
        File("fallback.yaml", text("fallback.yaml").encode()),
        File("samconfig.toml", without_build(text("samconfig.toml")).encode()),
        *licenses(),
    ]
    for name in names:
        bootstrap = functions / name / "bootstrap"
        if found := fault(bootstrap.read_bytes(), architecture):
            sys.exit(f"{bootstrap} {found}")
        files.append(File(f"functions/{name}.zip", zipped([File("bootstrap", bootstrap.read_bytes(), is_program=True)])))
    stem = f"chathooks-{architecture}"
    folder.joinpath(f"{stem}.zip").write_bytes(zipped([file.below(stem) for file in files]))


def cli(target: str, program: Path, folder: Path) -> None:
    """Packs chathooks-<target>.tar.gz, or .zip for Windows: the names that cargo-binstall looks for (cli/Cargo.toml)."""
    if target.endswith("-linux-musl") and (found := fault(program.read_bytes(), target.split("-")[0], is_static=True)):
        sys.exit(f"{program} {found}")
    is_windows = "-windows-" in target
    name = "chathooks.exe" if is_windows else "chathooks"
    stem = f"chathooks-{target}"
    files = [file.below(stem) for file in [File(name, program.read_bytes(), is_program=True), *licenses()]]
    folder.joinpath(f"{stem}.zip" if is_windows else f"{stem}.tar.gz").write_bytes((zipped if is_windows else tarball)(files))


def sums(folder: Path) -> None:
    """Writes SHA256SUMS, as `sha256sum --check` reads it."""
    archives = sorted(path for path in folder.iterdir() if path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in archives]
    folder.joinpath("SHA256SUMS").write_bytes("".join(lines).encode())


def main() -> None:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    for command, what in (("deploy", "architecture"), ("cli", "target"), ("sums", None)):
        of = commands.add_parser(command)
        if what:
            of.add_argument("what", metavar=what.upper())
            of.add_argument("built", type=Path)
        of.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    if arguments.command == "sums":
        sums(arguments.folder)
    else:
        pack = deploy if arguments.command == "deploy" else cli
        pack(arguments.what, arguments.built, arguments.folder)


main()
