"""zip: the directory through Python's zipfile, the members' bytes through our own blocks.

zipfile would unpack some members as a whole, whatever their size, and trusts the directory's sizes. Here a member is
unpacked from its own bytes, and must have the directory's checksum and size at its end. Names are never used as paths
to write to.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from sluice.engine.formats.unpack.compressed import BZIP2, DEFLATE, decompressed
from sluice.engine.formats.unpack.kinds import HEAD, ZIP, packing_of
from sluice.engine.formats.unpack.refusals import broken_directory, corrupt, no_directory
from sluice.engine.formats.unpack.streams import BLOCK, Tap, stream_of
from sluice.errors import DataError

_MAX_DIRECTORY = 8 << 20
# what zipfile raises for a damaged directory; NotImplementedError is its answer to a newer version of the format
_BROKEN_DIRECTORY = (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, EOFError, OSError)
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED = 0x41
_EXCEL = "an Excel workbook"
_OFFICE = (("xl/", _EXCEL), ("word/", "a Word document"), ("ppt/", "a PowerPoint presentation"))


def zip_members(stream: BinaryIO) -> list[str]:
    """The names of a zip's data files in the archive's order; empty for an Office file and for any other file.

    Folders, `__MACOSX` and names that begin with a dot are not data files. Raises DataError `corrupt`, `truncated`,
    `too_large`.
    """
    stream.seek(0)
    if packing_of(stream.read(HEAD)) != ZIP:
        return []
    entries = _directory(stream)
    return [] if _office(entries) else [entry.filename for entry in entries if _is_data(entry.filename)]


def chosen(archive: BinaryIO, member: str | None, layers: Sequence[str] = ()) -> zipfile.ZipInfo:
    """The member of that name, or the only data file. `layers` are the packings that the archive was in.

    Raises DataError as `zip_members`, and `not_csv`, `empty_archive`, `several_members`, `no_member`,
    `duplicate_member`, `encrypted`, `unsupported`.
    """
    entries = _directory(archive)
    if office := _office(entries):
        advice = (
            "save it as .xlsx outside of an archive, or export it as CSV"
            if office == _EXCEL
            else "export it as CSV first"
        )
        raise DataError("not_csv", f"This looks like {office}, not like CSV; {advice}.")
    entry = _only(entries, layers) if member is None else _named(entries, member)
    if entry.flag_bits & _ENCRYPTED:
        raise DataError("encrypted", f"{entry.filename!r} is encrypted in its zip archive; unpack it first.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2):
        how = zipfile.compressor_names.get(entry.compress_type, f"method {entry.compress_type}")  # type: ignore[attr-defined]
        raise DataError("unsupported", f"{entry.filename!r} is packed by {how}; pack the archive with Deflate.")
    return entry


def unzipped(archive: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a member, in blocks. Raises DataError `corrupt`, `truncated`."""
    blocks = _range(archive, _start(archive, entry), entry.compress_size)
    if entry.compress_type != zipfile.ZIP_STORED:
        packing = DEFLATE if entry.compress_type == zipfile.ZIP_DEFLATED else BZIP2
        blocks = decompressed(stream_of(blocks), packing)
    done, checksum = 0, 0
    for block in blocks:
        done += len(block)
        checksum = zlib.crc32(block, checksum)
        yield block
    if (done, checksum) != (entry.file_size, entry.CRC):
        raise corrupt(ZIP, done, "it does not agree with the archive's directory")


def _directory(archive: BinaryIO) -> list[zipfile.ZipInfo]:
    tap = _DirectoryTap(archive)
    try:
        if zipfile.is_zipfile(tap):
            with zipfile.ZipFile(tap) as opened:
                return opened.infolist()
    except _BROKEN_DIRECTORY as error:
        raise tap.failure or broken_directory(error) from error
    raise tap.failure or no_directory()


class _DirectoryTap(Tap):
    """Limits the size of a directory, which zipfile reads as a whole."""

    def read(self, size: int = -1) -> bytes:
        if size > _MAX_DIRECTORY:
            raise DataError("too_large", f"The zip archive's directory has {size:,} bytes; split the archive.")
        return super().read(size)


def _only(entries: list[zipfile.ZipInfo], layers: Sequence[str]) -> zipfile.ZipInfo:
    data_files = [entry for entry in entries if _is_data(entry.filename)]
    if not data_files:
        raise DataError("empty_archive", "The zip archive has no data file.")
    if len(data_files) > 1:
        what_to_do = _several(data_files[0].filename, layers)
        raise DataError("several_members", f"The zip archive has {len(data_files):,} data files; {what_to_do}")
    return data_files[0]


def _several(first: str, layers: Sequence[str]) -> str:
    """What to do with an archive of several files: members become inputs when a run is registered, and not later."""
    if ZIP in layers:
        return "it is inside another one: unpack that one first."
    one = f"name one as ARCHIVE::MEMBER, e.g. ARCHIVE::{first}"
    if layers:
        return f"unpack the {layers[-1]} that it is in, or {one}"
    return (
        f"load them all by a new run: sluice run PIPELINE ARCHIVE (in an object store its name ends in .zip), or {one}"
    )


def _named(entries: list[zipfile.ZipInfo], member: str) -> zipfile.ZipInfo:
    named = [entry for entry in entries if entry.filename == member and not entry.is_dir()]
    if not named:
        data_files = ", ".join(repr(entry.filename) for entry in entries[:5] if _is_data(entry.filename))
        has = (
            f"{data_files}. A new run loads what it has: sluice run PIPELINE ARCHIVE" if data_files else "no data file."
        )
        raise DataError("no_member", f"The zip archive has no member {member!r}; it has {has}")
    if len(named) > 1:
        raise DataError("duplicate_member", f"The zip archive has {len(named)} members {member!r}; rename the others.")
    return named[0]


def _is_data(name: str) -> bool:
    steps = name.replace("\\", "/").split("/")
    hidden = any(step.startswith(".") and step not in {".", ".."} for step in steps)
    return bool(steps[-1]) and not hidden and "__MACOSX" not in steps


def _office(entries: list[zipfile.ZipInfo]) -> str | None:
    names = [entry.filename for entry in entries]
    if "[Content_Types].xml" in names:
        return next((kind for folder, kind in _OFFICE if any(n.startswith(folder) for n in names)), "an Office file")
    return "an OpenDocument file" if names[:1] == ["mimetype"] else None


def _start(archive: BinaryIO, entry: zipfile.ZipInfo) -> int:
    """Where a member's packed bytes begin: after a header and names whose lengths are in the header."""
    within = 0 <= entry.header_offset < archive.seek(0, io.SEEK_END)
    archive.seek(entry.header_offset if within else 0)
    header = archive.read(_LOCAL_HEADER.size) if within else b""
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        raise broken_directory(f"{entry.filename!r} is not at its place")
    _, name, extra = _LOCAL_HEADER.unpack(header)
    return entry.header_offset + _LOCAL_HEADER.size + int(name) + int(extra)


def _range(archive: BinaryIO, start: int, length: int) -> Iterator[bytes]:
    archive.seek(start)
    while length > 0:
        block = archive.read(min(BLOCK, length))
        if not block:
            raise broken_directory("a member reaches beyond the end of the file")
        length -= len(block)
        yield block
