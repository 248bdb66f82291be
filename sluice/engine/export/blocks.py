"""A queue of blocks between COPY, which writes, and a reader, and blocks cut where rows end."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from queue import Full, Queue
from typing import Any

_AHEAD = 8  # blocks that COPY may be ahead of its reader, while that writes a row group
_LOOK_S = 0.1  # how often a waiting writer checks whether the reader has stopped


class Blocks(io.RawIOBase):
    """A file that one thread writes while another one reads it, block by block, to its end."""

    def __init__(self) -> None:
        self._queue: Queue[bytes | None] = Queue(_AHEAD)
        self._left = False

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._put(bytes(data))
        return len(data)

    def close(self) -> None:
        if not self.closed:
            super().close()
            with suppress(BrokenPipeError):
                self._put(None)

    @contextmanager
    def taken(self, written: Future[int]) -> Iterator[Iterator[bytes]]:
        """The blocks as they are written. After the last one, an error of `written` is raised.

        After the `with` block writing fails.
        """
        try:
            yield self._take(written)
        finally:
            self._left = True

    def _take(self, written: Future[int]) -> Iterator[bytes]:
        while (block := self._queue.get()) is not None:
            yield block
        written.result()

    def _put(self, block: bytes | None) -> None:
        while not self._left:
            try:
                self._queue.put(block, timeout=_LOOK_S)
            except Full:
                continue
            return
        raise BrokenPipeError("The reader has stopped.")


def whole_rows(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """CSV as COPY writes it, without its header, in pieces of whole rows.

    A line break ends a row if the number of quotes before it is even: in a field they are doubled.
    """
    left = b""
    header = True
    for block in blocks:
        rows = left + block
        if header:
            _, header_end, rows = rows.partition(b"\n")
            header = not header_end
        end = _end_of_rows(rows)
        if end:
            yield rows[:end]
        left = rows[end:]


def _end_of_rows(text: bytes) -> int:
    """Where the last complete row ends; 0 if there is none."""
    end = text.rfind(b"\n") + 1
    quotes = text.count(b'"', 0, end)
    while end and quotes % 2:
        before = text.rfind(b"\n", 0, end - 1) + 1
        quotes -= text.count(b'"', before, end)
        end = before
    return end
