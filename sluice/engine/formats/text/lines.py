"""Where lines begin and end, and which of them are records: those that are not blank.

A line ends at LF or CR LF; a lone CR is an ordinary character. A line is blank if it has only blanks, tabs and CR,
which are JSON's white space, unless it is longer than the limit of a record: then it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.rejects import SHOWN, RowReject, show
from sluice.engine.formats.text.rules import Counted
from sluice.engine.formats.text.source import Source
from sluice.engine.types.base import Int64s
from sluice.errors import DataError

BLANK = b" \t\r"
_LF = 10
_IS_BLANK = np.isin(np.arange(256), list(BLANK + b"\n"))


def count_lines(data: bytes, *, final: bool, longest: int) -> Counted:
    """Count the records among the whole lines of a buffer, at more than 1 GB/s where no line begins blank.

    `longest` is the limit of a record in bytes, without its line end.
    """
    end = len(data) if final else data.rfind(b"\n") + 1
    if end == 0:
        return Counted(0, 0, 0)
    array = np.frombuffer(data, np.uint8, end)
    breaks = array == _LF
    lines = int(np.count_nonzero(breaks)) + (not breaks[-1])
    if not (array[0] <= 32 or (breaks[:-1] & (array[1:] <= 32)).any()):
        return Counted(end, lines, lines)
    starts = np.append(0, np.flatnonzero(breaks[:-1]) + 1)
    records = np.logical_or.reduceat(~_IS_BLANK[array], starts)
    for at in np.flatnonzero(~records & (np.diff(starts, append=end) > longest)).tolist():
        records[at] = size_of_line(data[starts[at] : end].split(b"\n", 1)[0]) > longest
    return Counted(end, int(np.count_nonzero(records)), lines)


def is_record(line: bytes, longest: int) -> bool:
    """Whether a line, without its LF, is a record."""
    return bool(line.strip(BLANK)) or size_of_line(line) > longest


def size_of_line(line: bytes) -> int:
    """A line's bytes without the CR of its end."""
    return len(line) - line.endswith(b"\r")


class LongLine:
    """One line longer than the limit, fed in blocks, of which only the head is kept.

    `length` in bytes without the line end, and `lines`, which is 1.
    """

    lines = 1
    branch = None  # the end of a line is never ambiguous
    branched = failed = False

    def __init__(self) -> None:
        self.length = 0
        self.head = b""
        self._after_cr = False

    def feed(self, block: bytes) -> int | None:
        """Take the next bytes. Returns how many of them belong to the line if it ends in them, otherwise None."""
        at = block.find(b"\n")
        taken = block if at < 0 else block[:at]
        self.length += len(taken)
        if len(self.head) <= 4 * SHOWN:
            self.head += taken[: 4 * SHOWN + 4]
        if taken:
            self._after_cr = taken.endswith(b"\r")
        if at < 0:
            return None
        self.finish()
        return at + 1

    def finish(self) -> None:
        """The line ends, by its LF or with the file."""
        self.length -= self._after_cr


def reject_overlong_line(blocks: Iterable[bytes], *, first_line: int, limits: Limits | None = None) -> RowReject:
    """The reject of a part that is one overlong line; `blocks` are the part's bytes, in order, of any size."""
    line = LongLine()
    for block in blocks:
        if line.feed(block) is not None:
            break
    else:
        line.finish()
    limit = (limits or Limits()).max_record_bytes
    reason = f"The line is {line.length:,} bytes long, the limit is {limit:,}."
    return RowReject(first_line, None, "line_too_long", reason, show(line.head[: line.length]))


def cut_lines(data: bytes, lines: Int64s) -> list[bytes]:
    """The lines of a part at these places, counted from 0, without line ends."""
    breaks = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
    starts = np.append(0, breaks + 1)
    stops = np.append(breaks, len(data))
    spans = zip(starts[lines].tolist(), stops[lines].tolist(), strict=True)
    return [data[start:stop].removesuffix(b"\r") for start, stop in spans]


def skip_lines(source: Source, count: int, limits: Limits) -> int:
    """Skip that many lines. Returns their length in bytes."""
    if not count:
        return 0
    head = source.peek(limits.max_header_bytes)
    lines = head.split(b"\n", count)
    if len(lines) <= count:
        if len(head) < limits.max_header_bytes:
            raise DataError("empty_file", f"The file ends within the {count} lines that are skipped: it has no row.")
        longest = limits.max_header_bytes
        raise DataError(
            "preamble_too_long", f"The {count} lines to skip do not end within {longest:,} bytes: is this the file?"
        )
    length = len(head) - len(lines[-1])
    source.skip(length)
    return length
