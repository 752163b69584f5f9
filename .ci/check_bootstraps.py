"""Checks a folder of built functions: it contains <folder>/<function>/bootstrap for exactly the given functions, and each is
an ELF file for the given architecture that runs on provided.al2023.

    python3 .ci/check_bootstraps.py arm64 target/functions/arm64 kommo kommunicate kore qikchat worker

With --same-as FOLDER, each must also be byte-for-byte identical to the one in that folder.
"""

import argparse
import re
import struct
import sys
from pathlib import Path

ELF_MACHINE = {"x86_64": 62, "arm64": 183}
AL2023_GLIBC = (2, 34)


def fault(bootstrap: Path, architecture: str) -> str | None:
    if not bootstrap.is_file():
        return "is missing"
    content = bootstrap.read_bytes()
    if not content.startswith(b"\x7fELF"):
        return "is not an ELF file"
    (machine,) = struct.unpack_from("<H", content, 18)
    if machine != ELF_MACHINE[architecture]:
        return f"is for ELF machine {machine}, not {architecture}"
    versions = re.findall(rb"GLIBC_(\d+)\.(\d+)", content)
    newest = max(((int(major), int(minor)) for major, minor in versions), default=(0, 0))
    if newest > AL2023_GLIBC:
        return f"needs glibc {newest[0]}.{newest[1]}, newer than provided.al2023 has"
    return None


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("architecture", choices=ELF_MACHINE)
    parser.add_argument("folder", type=Path)
    parser.add_argument("functions", nargs="+")
    parser.add_argument("--same-as", type=Path)
    arguments = parser.parse_args()
    # SAM names the folders by logical IDs: KommoFunction for kommo.
    built = {path.name.lower().removesuffix("function"): path for path in arguments.folder.iterdir() if path.is_dir()}
    faults = [f"{name}: not built" for name in arguments.functions if name not in built]
    faults += [f"{name}: no such function" for name in built if name not in arguments.functions]
    for name in sorted(built.keys() & set(arguments.functions)):
        bootstrap = built[name] / "bootstrap"
        if found := fault(bootstrap, arguments.architecture):
            faults.append(f"{bootstrap} {found}")
        elif (same_as := arguments.same_as) and bootstrap.read_bytes() != (same_as / name / "bootstrap").read_bytes():
            faults.append(f"{bootstrap} differs from {same_as / name}: was it built with other features?")
    if faults:
        sys.exit("\n".join(faults))


main()
