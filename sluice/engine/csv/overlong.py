"""Records longer than the limit: followed to their end, however far that is, without being held.

One unclosed quote turns the rest of a file into one record. Only what the csv rules need in order to go on
is kept between blocks: a short text that stands for all that was seen, because it leaves them in the same
state.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sluice.engine.csv.dialect import Dialect, Limits
from sluice.engine.csv.quotes import Positions, are_inside, quote_edges
from sluice.engine.csv.records import line_end_mask
from sluice.engine.csv.rejects import SHOWN, RowReject, show


class LongRecord:
    """One record, fed in blocks. `length` in bytes without the line end, `lines` physical lines it touches."""

    def __init__(self, delimiter: str) -> None:
        self.length = 0
        self.lines = 1
        self.head = b""
        self._delimiter = delimiter
        self._is_open = False
        self._opening_line = 0
        self._so_far = b""

    @property
    def open_line(self) -> int | None:
        """The line, counted from 0 in the record, on which the quote that is still open opens."""
        return self._opening_line if self._is_open else None

    def feed(self, block: bytes) -> int | None:
        """Take the next bytes. Returns how many of them belong to the record if it ends here, else None."""
        data = self._so_far + block
        breaks = np.flatnonzero(line_end_mask(data, final=False))
        edges = quote_edges(data, self._delimiter)
        outside = breaks[~are_inside(edges, breaks)]
        if outside.size:
            return self._end(data, block, breaks, int(outside[0]))
        self._note_open_quote(edges, breaks)
        self._take(block)
        self.lines += breaks.size
        self._so_far = self._stand_in(data, edges)
        return None

    def finish(self) -> None:
        """The file ends, and the record with it."""
        if self._so_far == b"x\r":
            self.length -= 1

    def _end(self, data: bytes, block: bytes, breaks: Positions, at: int) -> int:
        used = at + 1 - len(self._so_far)
        two = data[at - 1 : at + 1] == b"\r\n"
        self._take(block[:used])
        self.length -= 2 if two else 1
        self.lines += int(np.searchsorted(breaks, at))
        self._is_open = False
        return used

    def _take(self, block: bytes) -> None:
        self.length += len(block)
        if len(self.head) <= 4 * SHOWN:
            self.head += block[: 4 * SHOWN + 4]

    def _note_open_quote(self, edges: Positions, breaks: Positions) -> None:
        self._is_open = edges.size % 2 == 1
        last = edges.size - 1 if self._is_open else edges.size - 2
        while last >= 2 and edges[last - 1] + 1 == edges[last]:  # a doubled quote opens nothing
            last -= 2
        if last >= 0 and edges[last] >= len(self._so_far):
            self._opening_line = self.lines - 1 + int(np.searchsorted(breaks, edges[last]))

    def _stand_in(self, data: bytes, edges: Positions) -> bytes:
        ends_in_cr = b"\r" if data.endswith(b"\r") else b""
        if edges.size % 2:
            return b'"' + ends_in_cr
        if edges.size and edges[-1] == len(data) - 1:
            return b'""'
        if data.endswith(self._delimiter.encode()):
            return b"x" + self._delimiter.encode()
        return b"x" + ends_in_cr


def reject_overlong(
    blocks: Iterable[bytes], *, dialect: Dialect, first_line: int, limits: Limits | None = None
) -> RowReject:
    """The reject of a part that is one overlong record; `blocks` are the part's bytes, in order, of any size."""
    record = LongRecord(dialect.delimiter)
    for block in blocks:
        if record.feed(block) is not None:
            break
    else:
        record.finish()
    limit = (limits or Limits()).max_record_bytes
    reason = f"The record is {record.length:,} bytes long, the limit is {limit:,}."
    if record.open_line is not None:
        reason += f" The quote that opens on line {first_line + record.open_line} is never closed."
    elif record.lines > 1:
        last = first_line + record.lines - 1
        reason += f" It runs on to line {last} inside quotes: a closing quote may be missing."
    return RowReject(first_line, None, "line_too_long", reason, show(record.head[: record.length]))
