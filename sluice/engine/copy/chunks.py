"""A stream at rest: cut into chunks that fit a cache value, and read back without joining them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

CHUNK_BYTES = 1 << 20


def cut(pieces: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """The bytes of `pieces` in order, copied once, in chunks of exactly `CHUNK_BYTES` but for the last."""
    waiting: list[memoryview] = []
    room = CHUNK_BYTES
    for piece in pieces:
        rest = memoryview(piece)
        while len(rest) >= room:
            yield b"".join([*waiting, rest[:room]])
            rest = rest[room:]
            waiting, room = [], CHUNK_BYTES
        waiting.append(rest)
        room -= len(rest)
    if room < CHUNK_BYTES:
        yield b"".join(waiting)


class ChunkReader(io.RawIOBase):
    """Chunks as a file to read from, once. A chunk that is asked for whole is handed out uncopied.

    psycopg2 asks for `size` bytes a time: `cursor.copy_expert(sql, ChunkReader(chunks), size=CHUNK_BYTES)`.
    The chunks may be an iterator: one is taken only when the one before it has been read.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        super().__init__()
        self._chunks = iter(chunks)
        self._rest = b""
        self._at = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """At most `size` bytes, from one chunk; empty at the end. Negative or None: all that is left."""
        if size is None or size < 0:
            left = b"".join([self._rest[self._at :], *self._chunks])
            self._rest, self._at = b"", 0
            return left
        while self._at == len(self._rest):
            following = next(self._chunks, None)
            if following is None:
                return b""
            self._rest, self._at = following, 0
        start, self._at = self._at, min(self._at + size, len(self._rest))
        return self._rest[start : self._at]
