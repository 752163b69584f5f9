"""Checks which machine an ELF file runs on."""

import struct

MACHINE = {"x86_64": 62, "arm64": 183, "aarch64": 183}
# The type of the program header that names the dynamic loader.
INTERPRETER = 3


def fault(content: bytes, architecture: str, is_static: bool = False) -> str | None:
    """Returns why this is not a program for that architecture or, with `is_static`, why it needs the machine's libraries. Returns
    None if it is valid."""
    if content[:6] != b"\x7fELF\x02\x01":
        return "is not a 64-bit little-endian ELF file"
    (machine,) = struct.unpack_from("<H", content, 18)
    if machine != MACHINE[architecture]:
        return f"is for ELF machine {machine}, not {architecture}"
    (headers,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    kinds = [struct.unpack_from("<I", content, headers + size * index)[0] for index in range(count)]
    if is_static and INTERPRETER in kinds:
        return "is not linked statically"
    return None
