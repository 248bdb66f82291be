"""Local files: regular files only, never through a symbolic link, read in pieces."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from sluice.engine.storage.address import misnamed, printable
from sluice.errors import DataError, NotHere, TransientError
from sluice.private import private_file, private_folder

_FULL = {errno.ENOSPC, errno.EDQUOT}


class LocalPlace:
    """A local path. Every method raises NotHere when this worker cannot see it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._shown = printable(path)

    def open(self) -> BinaryIO:
        """Open the file, unbuffered. Raises DataError when it is not a regular file."""
        try:
            handle = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise DataError("not_a_file", f"{self._shown} is a symbolic link: give the file itself.") from error
            raise self._not_here(error) from error
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise DataError("not_a_file", f"{self._shown} is not a regular file.")
        return os.fdopen(handle, "rb", buffering=0)

    def read(self, start: int, length: int) -> tuple[bytes, int]:
        """As Place. Raises DataError when it is not a regular file."""
        with self.open() as stream, self._seen():
            size = os.fstat(stream.fileno()).st_size
            pieces = []
            while length > 0:
                piece = os.pread(stream.fileno(), length, start)
                if not piece:
                    break
                pieces.append(piece)
                start += len(piece)
                length -= len(piece)
        return (pieces[0] if len(pieces) == 1 else b"".join(pieces)), size

    def blocks(self, start: int, length: int, block: int) -> Iterator[bytes]:
        """As Place. Raises DataError when it is not a regular file."""
        with self.open() as stream, self._seen():
            while length > 0 and (piece := os.pread(stream.fileno(), min(block, length), start)):
                start += len(piece)
                length -= len(piece)
                yield piece

    def stamp(self) -> str:
        """Size in bytes, time of the last change in nanoseconds, and inode."""
        with self._seen():
            # also of a file that is refused for its name, so that it is refused once and not at each look
            seen = Path(misnamed(self._path) or self._path).stat()
        return f"{seen.st_size}-{seen.st_mtime_ns}-{seen.st_ino}"

    def last_change(self) -> float:
        """When the file or its attributes changed last, in seconds since 1970, by the clock of its file system.

        The file is opened: that makes a network file system look at the file itself.
        """
        with self.open() as stream, self._seen():
            return os.fstat(stream.fileno()).st_ctime

    def put(self, local: Path) -> None:
        """As Place; folders are made. Raises TransientError on a full disk."""
        target = Path(self._path)
        with self._seen():
            private_folder(target.parent)
            try:
                local.replace(target)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                _carry(local, target)

    def exists(self) -> bool:
        """As Place."""
        with self._seen():
            return Path(self._path).is_file()

    def remove(self) -> None:
        """As Place."""
        with self._seen():
            Path(self._path).unlink(missing_ok=True)

    def listed(self) -> Iterator[tuple[str, datetime]]:
        """As Place: regular files, unordered; none for a folder that does not exist."""
        with self._seen(), contextlib.suppress(FileNotFoundError), os.scandir(self._path) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    seen = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(seen.st_mode):
                        yield entry.path, datetime.fromtimestamp(seen.st_mtime, UTC)

    @contextlib.contextmanager
    def _seen(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in _FULL:
                raise TransientError(
                    f"{self._shown}: the disk is full. Free some space; it continues by itself."
                ) from error
            raise self._not_here(error) from error

    def _not_here(self, error: OSError) -> NotHere | DataError:
        if misnamed(self._path) is not None:
            return DataError("bad_name", f"{self._shown}: the name is not UTF-8. Rename the file.")
        why = error.strerror or "it cannot be opened"
        return NotHere(f"{self._shown}: {why}. Is it moved, or is the folder not mounted on this worker?")


def _carry(local: Path, target: Path) -> None:
    """Move a file to another device: copied under a temporary name first, so that a partial file is never visible."""
    temporary = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with local.open("rb") as source, private_file(temporary, "xb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
            copy.flush()
            os.fsync(copy.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    local.unlink()
