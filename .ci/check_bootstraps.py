"""Checks a folder of built functions: <folder>/<function>/bootstrap for exactly the functions named, each an ELF file
for the architecture named that starts on provided.al2023.

    python3 .ci/check_bootstraps.py arm64 target/functions/arm64 kommo kommunicate kore qikchat worker
"""

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
        return "is no ELF file"
    (machine,) = struct.unpack_from("<H", content, 18)
    if machine != ELF_MACHINE[architecture]:
        return f"is for ELF machine {machine}, not {architecture}"
    versions = re.findall(rb"GLIBC_(\d+)\.(\d+)", content)
    newest = max(((int(major), int(minor)) for major, minor in versions), default=(0, 0))
    if newest > AL2023_GLIBC:
        return f"needs glibc {newest[0]}.{newest[1]}, newer than provided.al2023 has"
    return None


def main() -> None:
    architecture, folder, *functions = sys.argv[1:]
    # SAM names the folders by logical ids, KommoFunction for kommo.
    built = {path.name.lower().removesuffix("function"): path for path in Path(folder).iterdir() if path.is_dir()}
    faults = [f"{name}: not built" for name in functions if name not in built]
    faults += [f"{name}: no such function" for name in built if name not in functions]
    for path in built.values():
        if found := fault(path / "bootstrap", architecture):
            faults.append(f"{path / 'bootstrap'} {found}")
    if faults:
        sys.exit("\n".join(faults))


main()
