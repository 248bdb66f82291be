"""The functions on places: each takes a path, `file://` or an address, also with `::member`, and means the archive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sluice.engine.storage.address import is_remote, split_member
from sluice.engine.storage.local import LocalPlace
from sluice.engine.storage.place import Place


def open_input(uri: str) -> BinaryIO:
    """Open a file for reading, at its start; the stream can seek.

    Raises NotHere when this worker does not see it, DataError when it is no file, TransientError when its store is
    away; for an object, reading raises these too, and InputChanged when it was overwritten meanwhile.
    """
    return _place(uri).open()


def read_range(uri: str, start: int, length: int) -> tuple[bytes, int]:
    """`length` bytes from `start` (fewer when the file has become shorter), and the file's size now.

    Errors as `open_input`.
    """
    return _place(uri).read(start, length)


def read_blocks(uri: str, start: int, length: int, block: int = 1 << 20) -> Iterator[bytes]:
    """The same range in blocks, so that none of it has to be held. Errors as `open_input`."""
    return _place(uri).blocks(start, length, block)


def stamp(uri: str) -> str:
    """A text that differs when the file was changed. Errors as `open_input`."""
    return _place(uri).stamp()


def put(local: Path, uri: str) -> None:
    """Make a finished local file what is at `uri`, whole or not at all; the local file is gone afterwards.

    Raises NotHere when it cannot be written there, TransientError for a full disk or a store that is away.
    """
    _place(uri).put(local)


def exists(uri: str) -> bool:
    """Whether a file is there. Raises NotHere when that may not be known, TransientError when its store is away."""
    return _place(uri).exists()


def remove(uri: str) -> None:
    """Delete a file; one that is gone is no error. Errors as `exists`."""
    _place(uri).remove()


def listed(folder: str) -> Iterator[tuple[str, datetime]]:
    """The files directly in a folder or below a prefix, with when they were last changed (UTC), in no order.

    A folder that is not there has none. Errors as `exists`.
    """
    return _place(folder).listed()


def _place(uri: str) -> Place:
    archive, _ = split_member(uri)
    if not is_remote(archive):
        return LocalPlace(archive)
    from sluice.engine.storage.remote import RemotePlace

    return RemotePlace(archive)
