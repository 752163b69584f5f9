"""Checks that the Rust version in the manifest satisfies every dependency, according to the dependencies' own manifests.

clippy checks our own code (incompatible_msrv), and CI builds with exactly that version.

    python3 .ci/check_msrv.py
"""

import json
import subprocess
import sys


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def main() -> None:
    metadata = subprocess.run(
        ["cargo", "metadata", "--locked", "--format-version", "1"], check=True, stdout=subprocess.PIPE
    )
    packages = json.loads(metadata.stdout)["packages"]
    ours = {package["rust_version"] for package in packages if package["source"] is None}
    if len(ours) != 1 or None in ours:
        sys.exit(f"the workspace's packages name different Rust versions: {ours}")
    (minimum,) = ours
    needed = [(package["rust_version"], package["name"]) for package in packages if package["rust_version"]]
    faults = [f"{name} needs Rust {needs}" for needs, name in needed if version(needs) > version(minimum)]
    if faults:
        sys.exit("\n".join([f"rust-version = {minimum} in Cargo.toml is too old:", *faults]))


main()
