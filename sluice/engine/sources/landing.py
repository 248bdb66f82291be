"""The landing: copies, named by content, of inputs that cannot be read in place.

These are decompressed files, files converted to UTF-8, standard input, and the responses of APIs and other databases. A
copy is written under a temporary name, and gets its own, which is its SHA-256, when it is complete. From then on it is
read as any other file, so every worker must see the landing.
"""

from __future__ import annotations

import errno
import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import IO, BinaryIO

from sluice.engine.base.settings import settings
from sluice.engine.database.ledger import WRITTEN, ledger_schema
from sluice.engine.formats.text.source import Readable
from sluice.engine.storage import is_remote, join, put
from sluice.errors import NotHere, TransientError
from sluice.private import own_folder, private_file, private_folder

_BLOCK = 1 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_instead: ContextVar[Path | None] = ContextVar("_instead", default=None)


def landing() -> str:
    """The folder or prefix of the landing: setting SLUICE_LANDING, by default `landing` in the home folder.

    Another ledger than `sluice` has a folder of its own in it: each deletes copies that it does not know.
    """
    if _instead.get() is not None:
        return str(_instead.get())
    place = settings().landing or str(_own())
    return place if ledger_schema() == WRITTEN else join(place, ledger_schema())


def _own() -> Path:
    return settings().home.absolute() / "landing"


@contextmanager
def landing_in(folder: Path) -> Iterator[None]:
    """Inside, this folder is the landing of this thread: for copies that no worker reads."""
    token = _instead.set(folder)
    try:
        yield
    finally:
        _instead.reset(token)


class Draft:
    """A file in the landing that is not complete yet."""

    def __init__(self, written: IO[bytes], path: Path) -> None:
        self._written = written
        self._path = path

    def write(self, block: bytes) -> int:
        """Add a block. Raises TransientError on a full disk."""
        with _room(self._path):
            return self._written.write(block)

    @contextmanager
    def reading(self) -> Iterator[BinaryIO]:
        """The content so far, from its start."""
        with _room(self._path):
            self._written.flush()
        with self._path.open("rb") as file:
            yield file

    def keep(self, name: str) -> str:
        """Give it its name in the landing; returns its address.

        An existing file of that name has the same content, but may be old enough to be purged: it is replaced.
        """
        uri = join(landing(), name)
        with _room(self._path):
            self._written.flush()
        put(self._path, uri)
        return uri


class Copy:
    """A stream that is copied to the landing while it is read, to its end."""

    def __init__(self, stream: Readable, draft: Draft) -> None:
        self._stream = stream
        self._draft = draft
        self.keep = draft.keep
        self.reading = draft.reading

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self._draft.write(block)
        return block


@contextmanager
def copying(stream: Readable) -> Iterator[Copy]:
    """Read a stream and copy it; the copy is deleted unless it is kept. Raises TransientError on a full disk."""
    with drafting() as draft:
        yield Copy(stream, draft)


@contextmanager
def drafting() -> Iterator[Draft]:
    """A new file in the landing; it is deleted unless it is kept. Raises TransientError on a full disk."""
    # an object store receives a file when it is complete: until then it is local
    folder = _own() if is_remote(landing()) else Path(landing())
    path = folder / f".{uuid.uuid4().hex}.part"
    try:
        with _room(path):
            private_folder(folder) if _instead.get() or settings().landing else own_folder(folder)
            written = private_file(path, "xb")
        try:
            yield Draft(written, path)
        finally:
            with suppress(OSError):  # a full disk: already reported by the write, and the file is deleted
                written.close()
    finally:
        path.unlink(missing_ok=True)


def land(stream: Readable, name: str) -> str:
    """Copy a whole stream, as it is; its name in the landing is made of its content and `name`."""
    digest = hashlib.sha256()
    with copying(stream) as copy:
        while block := copy.read(_BLOCK):
            digest.update(block)
        return copy.keep(f"{digest.hexdigest()}-{name}")


@contextmanager
def _room(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise TransientError(
                f"No space in the landing ({path.parent}): free some, or set SLUICE_LANDING."
            ) from error
        what = f"The landing cannot be written on this worker ({path.parent}: {error.strerror})"
        raise NotHere(f"{what}. Give it the right, or set SLUICE_LANDING to a folder that all workers see.") from error
