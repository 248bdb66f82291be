"""Where an export goes: a file, an object in a store, or standard output."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from sluice.engine.base.failpoint import failpoint
from sluice.engine.base.settings import settings
from sluice.engine.base.whole_file import whole_file
from sluice.engine.storage import exists, is_remote, put
from sluice.engine.storage.address import local_path
from sluice.errors import ConfigError, NotHere, PermanentError
from sluice.private import own_folder

STDOUT = "-"
_GZIP = 16 + zlib.MAX_WBITS
_LEVEL = 3  # above it, compressing takes longer than PostgreSQL takes to write the text


class Measured(io.RawIOBase):
    """Writes bytes to a file, optionally packed with gzip, and counts them and computes their SHA-256."""

    def __init__(self, file: BinaryIO, *, gzip: bool) -> None:
        self._file = file
        self._packer = zlib.compressobj(_LEVEL, wbits=_GZIP) if gzip else None
        self._hash = hashlib.sha256()
        self._given_up = False
        self.bytes = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self._given_up:
            return len(data)
        failpoint("export.block")
        self._pass_on(data if self._packer is None else self._packer.compress(data))
        return len(data)

    def give_up(self) -> None:
        """The export has failed: discard what a buffer still has and writes when it is collected."""
        self._given_up = True

    def finish(self) -> None:
        """Write what the compressor still buffers. The file itself stays open."""
        if self._packer is not None:
            self._pass_on(self._packer.flush())

    def _pass_on(self, data: Any) -> None:
        left = memoryview(data)
        self._hash.update(left)
        self.bytes += len(left)
        while left:
            left = left[self._file.write(left) :]


@contextmanager
def target(to: str) -> Iterator[BinaryIO]:
    """The file to write for a path, an address or `-`: it appears complete when the block ends without an error.

    Raises ConfigError and PermanentError as `whole_file`, and what `put` raises.
    """
    if to == STDOUT:
        with _stdout() as sink:
            yield sink
    elif is_remote(to):
        with _object(to) as sink:
            yield sink
    else:
        path = Path(os.path.realpath(local_path(to)))
        if path.exists() and not path.is_file():
            raise ConfigError(f"{path} is not a regular file: name a file in it, or - for standard output.")
        with whole_file(path) as sink:
            yield sink
            failpoint("export.written")


@contextmanager
def _object(uri: str) -> Iterator[BinaryIO]:
    """A store takes a complete file: until then it is written in the home folder."""
    with suppress(NotHere):  # it need not exist; the call fails early if the store does not answer
        exists(uri)
    folder = settings().home.absolute() / "exports"
    own_folder(folder)
    path = folder / f"{hashlib.sha256(uri.encode()).hexdigest()[:16]}-{os.getpid()}"
    try:
        with whole_file(path) as sink:
            yield sink
        put(path, uri)
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _stdout() -> Iterator[BinaryIO]:
    sys.stdout.flush()
    try:
        with open(sys.stdout.fileno(), "wb", buffering=0, closefd=False) as sink:
            yield sink
    except OSError as error:
        raise PermanentError(f"Standard output cannot be written to: {error.strerror}.") from error
