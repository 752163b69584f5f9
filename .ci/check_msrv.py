"""Checks that the Rust version that the manifest names is enough for every dependency, by what they say of themselves.

clippy looks at our own code (incompatible_msrv), and CI builds with exactly that version.

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
        sys.exit(f"the workspace's packages name several Rust versions: {ours}")
    (minimum,) = ours
    needed = [(package["rust_version"], package["name"]) for package in packages if package["rust_version"]]
    faults = [f"{name} needs Rust {needs}" for needs, name in needed if version(needs) > version(minimum)]
    if faults:
        sys.exit("\n".join([f"rust-version = {minimum} in Cargo.toml is not enough:", *faults]))


main()
