"""Functions on files: each takes a path, `file://` or an address; with `::member` it acts on the archive."""

from __future__ import annotations

import os
import stat as stat_of
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sluice.engine.storage.address import is_fetched, is_remote, local_path, split_member
from sluice.engine.storage.local import LocalPlace
from sluice.engine.storage.place import Place


def open_input(uri: str) -> BinaryIO:
    """Open a file for reading, at its start; the stream is seekable.

    Raises NotHere when this worker cannot see it, DataError when it is not a regular file, TransientError when its
    store is unavailable; for an object, reading raises these too, and InputChanged when it was overwritten meanwhile.
    """
    return _place(uri).open()


def read_range(uri: str, start: int, length: int) -> tuple[bytes, int]:
    """`length` bytes from `start` (fewer when the file has become shorter), and the file's size now.

    Errors as `open_input`.
    """
    return _place(uri).read(start, length)


def read_blocks(uri: str, start: int, length: int, block: int = 1 << 20) -> Iterator[bytes]:
    """The same range in blocks, to limit memory. Errors as `open_input`."""
    return _place(uri).blocks(start, length, block)


def stamp(uri: str) -> str:
    """A text that changes when the file changes. Errors as `open_input`."""
    return _place(uri).stamp()


def last_change(uri: str) -> float | None:
    """When a local file changed last, by its inode, in seconds since 1970: programs cannot set that time. None in an
    object store, whose stamp is enough. Errors as `open_input`."""
    return None if is_remote(uri) else LocalPlace(split_member(local_path(uri))[0]).last_change()


def size_at_hand(uri: str) -> int | None:
    """The size of a local file; None where it takes longer to find out, or where there is none."""
    if is_remote(uri) or split_member(uri)[1] is not None:
        return None
    try:
        return Path(local_path(uri)).lstat().st_size
    except OSError:
        return None


def look(uri: str, length: int) -> tuple[int | None, bytes]:
    """The size of a local file and its first bytes, by opening it once: for many files. None and b"" where it cannot be
    seen; no bytes of what is not a regular file, or cannot be read."""
    try:
        handle = os.open(local_path(uri), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return size_at_hand(uri), b""
    try:
        seen = os.fstat(handle)
        return seen.st_size, os.read(handle, length) if stat_of.S_ISREG(seen.st_mode) else b""
    except OSError:
        return None, b""
    finally:
        os.close(handle)


def put(local: Path, uri: str) -> None:
    """Move a finished local file to `uri`, atomically.

    Raises NotHere when it cannot be written there, TransientError for a full disk or an unavailable store.
    """
    _place(uri).put(local)


def exists(uri: str) -> bool:
    """Whether a file exists. Raises NotHere without the permission to know, TransientError as `open_input`."""
    return _place(uri).exists()


def remove(uri: str) -> None:
    """Delete a file; a missing one is not an error. Errors as `exists`."""
    _place(uri).remove()


def listed(folder: str) -> Iterator[tuple[str, datetime]]:
    """The files directly in a folder or below a prefix, with their times of last change (UTC), unordered.

    Empty for a folder that does not exist. Errors as `exists`.
    """
    return _place(folder).listed()


def _place(uri: str) -> Place:
    archive, _ = split_member(uri)
    if not is_remote(archive):
        return LocalPlace(archive)
    if is_fetched(archive):
        from sluice.engine.storage.fetched import FetchedPlace

        return FetchedPlace(archive)
    from sluice.engine.storage.remote import RemotePlace

    return RemotePlace(archive)
