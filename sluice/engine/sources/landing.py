"""The landing: copies, by content, of what cannot be read in place.

What a packed file holds, what a file in another encoding says in UTF-8, standard input, and what an API or another
database answers come here. A copy
is written beside its place while it is read, and gets its name, which is its SHA-256, when it is whole. From
there on it is a file like any other, so the landing must be seen by every worker.
"""

from __future__ import annotations

import errno
import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from sluice.engine.base.settings import settings
from sluice.engine.formats.text.source import Readable
from sluice.engine.storage import is_remote, join, put
from sluice.errors import NotHere, TransientError

_BLOCK = 1 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def landing() -> str:
    """The folder or prefix of the landing: setting SLUICE_LANDING, by default `landing` in the home folder."""
    return settings().landing or str(settings().home.absolute() / "landing")


class Draft:
    """A file in the landing that is not whole yet."""

    def __init__(self, written: BinaryIO, path: Path) -> None:
        self._written = written
        self._path = path

    def write(self, block: bytes) -> int:
        """Add a block. Raises TransientError on a full disk."""
        with _room(self._path):
            return self._written.write(block)

    @contextmanager
    def reading(self) -> Iterator[BinaryIO]:
        """What was written so far, from its start."""
        with _room(self._path):
            self._written.flush()
        with self._path.open("rb") as file:
            yield file

    def keep(self, name: str) -> str:
        """Give it its name in the landing; returns where it is.

        One that is there already is the same, but may be old enough to be purged: it is replaced all the same.
        """
        uri = join(landing(), name)
        with _room(self._path):
            self._written.flush()
        put(self._path, uri)
        return uri


class Copy:
    """A stream that is written to the landing while it is read, to its end."""

    def __init__(self, stream: Readable, draft: Draft) -> None:
        self._stream = stream
        self._draft = draft
        self.keep = draft.keep

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self._draft.write(block)
        return block


@contextmanager
def copying(stream: Readable) -> Iterator[Copy]:
    """Read a stream and copy it; what is not kept at the end is dropped. Raises TransientError on a full disk."""
    with drafting() as draft:
        yield Copy(stream, draft)


@contextmanager
def drafting() -> Iterator[Draft]:
    """A new file in the landing; what is not kept at the end is dropped. Raises TransientError on a full disk."""
    # an object store takes a file when it is whole: until then it grows here
    folder = settings().home.absolute() / "landing" if is_remote(landing()) else Path(landing())
    path = folder / f".{uuid.uuid4().hex}.part"
    try:
        with _room(path):
            folder.mkdir(parents=True, exist_ok=True)
            written = path.open("xb", buffering=_BLOCK)
        try:
            yield Draft(written, path)
        finally:
            with suppress(OSError):  # a full disk: that was told when it was written to, and nothing is kept
                written.close()
    finally:
        path.unlink(missing_ok=True)


def land(stream: Readable, name: str) -> str:
    """Copy a whole stream, as it is; its place in the landing is called by its content and `name`."""
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
                f"No room in the landing ({path.parent}): free some, or set SLUICE_LANDING."
            ) from error
        what = f"The landing cannot be written on this worker ({path.parent}: {error.strerror})"
        raise NotHere(f"{what}. Give it the right, or let SLUICE_LANDING name a folder that all see.") from error
