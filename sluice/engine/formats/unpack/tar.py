"""tar: read from its beginning to its end, through Python's tarfile, and never written to disk.

An archive with anything but plain files and folders, or with names that lead elsewhere, is refused as a whole: it was
not made to carry data. tarfile takes a broken header after the first member for the end of the archive, and would read
an extended header of any size into memory: both are checked here.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from sluice.engine.formats.unpack.kinds import TAR
from sluice.engine.formats.unpack.refusals import corrupt, truncated
from sluice.engine.formats.unpack.streams import BLOCK
from sluice.errors import DataError

_LONGEST_HEADER = 1 << 20
_MOST_MEMBERS = 100_000
_ZEROS = bytes(512)


def tar_members(stream: BinaryIO) -> list[str]:
    """The names of the data files of a tar archive, in its order. Raises DataError as `untarred`."""
    return [entry.name for entry, _ in _entries(stream) if _is_data(entry.name)]


def untarred(stream: BinaryIO, member: str | None, layers: Sequence[str]) -> Iterator[bytes]:
    """The content of the member of that name, or of the only data file, in blocks. The archive is read to its end.

    Raises DataError: `corrupt`, `truncated`, `too_large`, `unsafe_archive`, `duplicate_member`, `no_member`,
    `empty_archive`, `several_members`.
    """
    names = []
    for entry, content in _entries(stream):
        if not _is_data(entry.name) and entry.name != member:
            continue
        names.append(entry.name)
        if entry.name == member or (member is None and len(names) == 1):
            yield from content
    if not names:
        raise DataError("empty_archive", "The tar archive has no data file.")
    if member is None and len(names) > 1:
        within = f" It is inside {layers[-2]}." if len(layers) > 2 else ""
        raise DataError(
            "several_members",
            f"The tar archive has {len(names):,} data files;{within} load them all by a new run: sluice run PIPELINE "
            f"ARCHIVE (its name ends in .tar, .tar.gz or .tgz), or name one as ARCHIVE::MEMBER, e.g. "
            f"ARCHIVE::{names[0]}",
        )
    if member is not None and member not in names:
        has = ", ".join(map(repr, names[:5]))
        raise DataError("no_member", f"The tar archive has no member {member!r}; it has {has}. A new run loads these.")


def _entries(stream: BinaryIO) -> Iterator[tuple[tarfile.TarInfo, Iterator[bytes]]]:
    """The files of an archive, each with its content, which is read before the next one comes."""
    forward = _Forward(stream)
    seen: set[str] = set()
    try:
        with tarfile.open(fileobj=forward, mode="r:", errorlevel=2) as archive:  # type: ignore[call-overload]
            while (entry := archive.next()) is not None:
                archive.members.clear()  # they would grow with the archive
                _refuse_unsafe(entry)
                if entry.isdir():
                    continue
                if entry.name in seen:
                    raise DataError("duplicate_member", f"The tar archive has two members {entry.name!r}.")
                seen.add(entry.name)
                if len(seen) > _MOST_MEMBERS:
                    raise DataError("too_large", f"The tar archive has more than {_MOST_MEMBERS:,} members; split it.")
                yield entry, _content(forward, entry.size)
    except (tarfile.TarError, ValueError, EOFError, OverflowError) as error:
        if "unexpected end" in str(error) or "truncated" in str(error):
            raise truncated(TAR, forward.tell()) from error
        raise corrupt(TAR, forward.tell(), error) from error
    if len(forward.last) < len(_ZEROS):
        raise truncated(TAR, forward.tell())
    if forward.last != _ZEROS:
        raise corrupt(TAR, forward.tell(), "a header is broken")


def _content(forward: _Forward, size: int) -> Iterator[bytes]:
    """The next bytes, which are those of a file, in blocks."""
    while size > 0:
        block = forward.read(min(BLOCK, size))
        if not block:
            raise truncated(TAR, forward.tell())
        size -= len(block)
        yield block


def _refuse_unsafe(entry: tarfile.TarInfo) -> None:
    """Raise DataError `unsafe_archive` for a member that an archive of data does not have."""
    name = entry.name.encode("utf-8", "backslashreplace").decode()
    steps = entry.name.replace("\\", "/").split("/")
    what = None
    if entry.issym() or entry.islnk():
        what = "is a link"
    elif entry.isdev() or not (entry.isfile() or entry.isdir()):
        what = "is a device or another special file"
    elif entry.issparse():
        what = "is a sparse file"
    elif entry.name.startswith(("/", "\\")) or steps[0].endswith(":") or ".." in steps:
        what = "has a name that leads out of the archive"
    elif name != entry.name:
        what = "has a name that is not UTF-8"
    if what is not None:
        raise DataError("unsafe_archive", f"The member {name!r} of the tar archive {what}. Pack plain files only.")


def _is_data(name: str) -> bool:
    steps = name.replace("\\", "/").split("/")
    return not any(step.startswith(".") and step != "." for step in steps) and "__MACOSX" not in steps


class _Forward:
    """A stream as a file that is read forward only, in pieces of limited size. `last` is the last block of a header."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._at = 0
        self.last = b""

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _LONGEST_HEADER:
            raise DataError("too_large", f"A header of the tar archive has {size:,} bytes; pack it anew.")
        data = self._stream.read(size)
        self._at += len(data)
        if size == len(_ZEROS):
            self.last = data
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence != io.SEEK_SET or offset < self._at:
            raise corrupt(TAR, self._at, "a member is not behind the one before it")
        while self._at < offset and self.read(min(BLOCK, offset - self._at)):
            pass
        return self._at

    def tell(self) -> int:
        return self._at
