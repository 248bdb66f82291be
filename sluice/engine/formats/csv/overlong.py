"""Records longer than the limit: read to their end without being kept in memory.

Between blocks only the state of the CSV rules is kept, as a short text that leads to the same state as all the bytes
read so far.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sluice.engine.formats.csv.dialect import Dialect
from sluice.engine.formats.csv.escapes import hidden
from sluice.engine.formats.csv.quotes import Positions, QuoteRules, walk_quotes
from sluice.engine.formats.csv.records import line_end_mask
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.rejects import SHOWN, RowReject, show


class LongRecord:
    """One record, fed in blocks. `length` in bytes without the line end, `lines` physical lines it spans.

    While a quote is open over a line end, the record may have ended there: `branch` returns once where (the byte of the
    last block after that line end, and the lines up to there), `branched` whether it is still open, and `failed`
    whether it turned out to be unclosed.
    """

    def __init__(self, rules: QuoteRules) -> None:
        self.length = 0
        self.lines = 1
        self.head = b""
        self.branch: tuple[int, int] | None = None
        self.branched = False
        self.failed = False
        self._rules = rules
        self._is_open = False
        self._opening_line = 0
        self._so_far = b""
        self._tail = b""

    @property
    def open_line(self) -> int | None:
        """The line, counted from 0 in the record, on which the quote that is still open opens."""
        return self._opening_line if self._is_open else None

    def feed(self, block: bytes) -> int | None:
        """Take the next bytes. Returns how many of them belong to the record if it ends in them, otherwise None."""
        text = self._so_far + block
        lines = np.flatnonzero(line_end_mask(text, final=False))
        plain = hidden(text, self._rules)
        data, breaks = plain.data, lines
        if data is not text:
            breaks = np.flatnonzero(line_end_mask(data, final=False))
        quotes = walk_quotes(data, self._rules, final=False)
        self.branch = None
        self.failed = self.branched and any(fault.at == 0 for fault in quotes.faults)
        if self.failed:
            return None
        outside = breaks[~quotes.inside(breaks)]
        if outside.size:
            return self._end(data, block, lines, int(outside[0]))
        self._note_open_quote(data, quotes.edges, breaks, lines)
        self._take(block)
        self.lines += lines.size
        escape = text[-1:] if plain.at.size and plain.at[-1] == len(text) - 1 else b""
        self._so_far = self._stand_in(data[:-1] if escape else data, quotes.edges) + escape
        return None

    def finish(self) -> None:
        """The end of the file ends the record; it has `failed` if a quote is open over a line end."""
        self.failed = self.branched and self._is_open
        self.length -= 2 if self._tail == b"\r\n" else self._tail[-1:] in (b"\r", b"\n")

    def _end(self, data: bytes, block: bytes, lines: Positions, at: int) -> int:
        used = at + 1 - len(self._so_far)
        two = data[at - 1 : at + 1] == b"\r\n"
        self._take(block[:used])
        self.length -= 2 if two else 1
        self.lines += int(np.searchsorted(lines, at))
        self._is_open = False
        return used

    def _take(self, block: bytes) -> None:
        self.length += len(block)
        self._tail = (self._tail + block[-2:])[-2:]
        if len(self.head) <= 4 * SHOWN:
            self.head += block[: 4 * SHOWN + 4]

    def _note_open_quote(self, data: bytes, edges: Positions, breaks: Positions, lines: Positions) -> None:
        """Note whether the last quote is open over a line end, or closed by a quote that the next byte may double."""
        self._is_open = edges.size % 2 == 1
        undecided = self._is_open or self._closed_at_end(data, edges)
        opening = int(edges[-1 if self._is_open else -2]) if undecided else 0
        carried = opening == 0 and bool(self._quote) and self._so_far.startswith(self._quote)
        first = int(np.searchsorted(breaks, opening))
        if undecided and not carried:
            self._opening_line = self.lines - 1 + int(np.searchsorted(lines, opening))
        if undecided and carried and self.branched:
            return
        self.branched = undecided and first < breaks.size
        if self.branched:
            end = int(breaks[first])
            self.branch = end + 1 - len(self._so_far), self.lines + int(np.searchsorted(lines, end))

    def _closed_at_end(self, data: bytes, edges: Positions) -> bool:
        """Whether the data end after a closing quote: the next byte may double it, or be text."""
        return edges.size > 0 and not data[int(edges[-1]) + 1 :].strip(self._blanks)

    @property
    def _blanks(self) -> bytes:
        return b" " if self._rules.delimiter == "\t" else b" \t"

    @property
    def _quote(self) -> bytes:
        return (self._rules.quote or "").encode()

    def _stand_in(self, data: bytes, edges: Positions) -> bytes:
        ends_in_cr = b"\r" if data.endswith(b"\r") else b""
        if edges.size % 2:
            return self._quote + ends_in_cr
        if self._closed_at_end(data, edges):
            return 2 * self._quote + (b"" if edges[-1] == len(data) - 1 else b" ")
        if data.endswith(self._rules.delimiter.encode()):
            return b"x" + self._rules.delimiter.encode()
        return b"x" + ends_in_cr


def reject_overlong(
    blocks: Iterable[bytes], *, dialect: Dialect, first_line: int, limits: Limits | None = None
) -> RowReject:
    """The reject of a part that is one overlong record; `blocks` are the part's bytes, in order, of any size."""
    record = LongRecord(dialect.quotes)
    for block in blocks:
        if record.feed(block) is not None:
            break
    else:
        record.finish()
    limit = (limits or Limits()).max_record_bytes
    reason = f"The record is {record.length:,} bytes long, the limit is {limit:,}."
    other = None
    if record.open_line is not None:
        other = first_line + record.open_line
        reason += f" The quote that opens on line {other} is never closed."
    elif record.lines > 1:
        other = first_line + record.lines - 1
        reason += f" It runs on to line {other} inside quotes: a closing quote may be missing."
    return RowReject(first_line, None, "line_too_long", reason, show(record.head[: record.length]), other)
