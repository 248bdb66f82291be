"""A stream read once, from its first byte to its last: counted, hashed, and with a peek at its head."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import Protocol

Tick = Callable[[int], None]

UTF8_MARK = b"\xef\xbb\xbf"  # which a file may begin with; it is not part of a value


class Readable(Protocol):
    """A stream: `read` returns up to `size` of its next bytes, and none only at its end."""

    def read(self, size: int = -1, /) -> bytes: ...


class Source:
    """Reads a stream in blocks. `tick` is called for each block with the number of bytes read so far."""

    def __init__(self, stream: Readable, tick: Tick | None = None) -> None:
        self.size = 0
        self._stream = stream
        self._tick = tick
        self._digest = hashlib.sha256()
        self._ahead = b""

    def peek(self, count: int) -> bytes:
        """The next `count` bytes, fewer only at the end of the file. `take` returns them again."""
        while len(self._ahead) < count and (block := self._read(count - len(self._ahead))):
            self._ahead += block
        return self._ahead[:count]

    def take(self, count: int) -> bytes:
        """Up to `count` of the next bytes; none at the end of the file only."""
        if not self._ahead:
            return self._read(count)
        taken, self._ahead = self._ahead[:count], self._ahead[count:]
        return taken

    def skip(self, count: int) -> None:
        """Skip the next bytes, which `peek` has returned."""
        self._ahead = self._ahead[count:]

    def sha256(self) -> str:
        """The hash of all bytes read so far, including those of `peek`."""
        return self._digest.hexdigest()

    def _read(self, count: int) -> bytes:
        block = self._stream.read(count)
        self._digest.update(block)
        self.size += len(block)
        if self._tick is not None:
            self._tick(self.size)
        return block


def size_of(stream: Readable) -> int | None:
    """A plain file's size in bytes; None if the file would have to be read for it (compressed, piped)."""
    if not isinstance(stream, (io.BufferedReader, io.FileIO, io.BytesIO)) or not stream.seekable():
        return None
    position = stream.tell()
    size = stream.seek(0, io.SEEK_END)
    stream.seek(position)
    return size
