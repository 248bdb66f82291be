"""Streams of blocks: how one layer reads from the one below it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK = 1 << 18


class Blocks(io.RawIOBase):
    """Blocks of bytes as a stream; an empty block is not its end. After an error every read raises that error again:
    a broken file never appears to end.
    """

    def __init__(self, blocks: Iterator[bytes], close: Callable[[], None]) -> None:
        self._blocks = filter(None, blocks)
        self._close = close
        self._rest = memoryview(b"")
        self._failure: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill the buffer; less than that only at the end."""
        view = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(view) and (self._rest or self._next()):
            piece = self._rest[: len(view) - filled]
            view[filled : filled + len(piece)] = piece
            self._rest = self._rest[len(piece) :]
            filled += len(piece)
        return filled

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._close()

    def _next(self) -> bool:
        if self._failure is not None:
            raise self._failure
        try:
            self._rest = memoryview(next(self._blocks, b""))
        except Exception as error:
            self._failure = error
            self._close()  # the error's traceback references this stream, and so those below
            raise
        return bool(self._rest)


def stream_of(blocks: Iterator[bytes], close: Callable[[], None] = lambda: None) -> io.BufferedReader:
    """A sequential stream with `peek`. To close it calls `close`."""
    return io.BufferedReader(Blocks(blocks, close), BLOCK)


def blocks_of(stream: BinaryIO) -> Iterator[bytes]:
    """The rest of a stream, in blocks."""
    while block := stream.read(BLOCK):
        yield block


class Tap:
    """Passes a stream to a library, which must not close it, and records errors when the library reads.

    Libraries report an error of the stream below as broken data; `failure` distinguishes the two.
    """

    closed = False

    def __init__(self, stream: BinaryIO) -> None:
        self.failure: Exception | None = None
        self.ended = False
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        try:
            block = self._stream.read(size)
        except Exception as error:
            self.failure = error
            raise
        self.ended = not block
        return block

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        """The stream is closed by its owner."""
