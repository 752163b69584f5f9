"""Archives whose bytes depend only on the files' names, contents and modes."""

import gzip
import io
import tarfile
import zipfile
from dataclasses import dataclass, replace

# The earliest time that a zip can represent.
EPOCH = (1980, 1, 1, 0, 0, 0)
UNIX = 3


@dataclass(frozen=True)
class File:
    """A file in an archive."""

    name: str
    content: bytes
    is_program: bool = False

    @property
    def mode(self) -> int:
        return 0o755 if self.is_program else 0o644

    def below(self, folder: str) -> "File":
        return replace(self, name=f"{folder}/{self.name}")


def zipped(files: list[File]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(files, key=lambda file: file.name):
            entry = zipfile.ZipInfo(file.name, EPOCH)
            entry.create_system = UNIX
            entry.external_attr = (0o100000 | file.mode) << 16
            entry.compress_type = zipfile.ZIP_STORED if file.name.endswith(".zip") else zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.content)
    return out.getvalue()


def tarball(files: list[File]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for file in sorted(files, key=lambda file: file.name):
            entry = tarfile.TarInfo(file.name)
            entry.size = len(file.content)
            entry.mode = file.mode
            archive.addfile(entry, io.BytesIO(file.content))
    return gzip.compress(out.getvalue(), mtime=0)
