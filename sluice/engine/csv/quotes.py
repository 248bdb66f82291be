"""Where quoted text begins and ends, by the rules of Python's csv module.

A quote opens a quoted field only at the start of a field; inside, two quotes are one; what follows the
closing quote belongs to the field; a quote anywhere else is a character like others (`5" pipe`). When every
quote of a buffer stands where an opening, closing or doubled one belongs, every second quote closes, and
numpy finds them at 1 GB/s. Otherwise one regular expression walks from quoted field to quoted field.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]

QUOTE, LF, CR = 34, 10, 13


def quote_edges(data: bytes, delimiter: str) -> Positions:
    """Positions of opening and closing quotes, in turn. An odd number of them: the last is still open.

    `data` starts where a record starts. A doubled quote may show up as a closing and an opening one.
    """
    array = np.frombuffer(data, np.uint8)
    marks = np.flatnonzero(array == QUOTE)
    if marks.size == 0 or _all_in_place(array, marks, ord(delimiter)):
        return marks
    edges: list[int] = []
    for field in _quoted_field(delimiter).finditer(data):
        edges.append(field.start())
        if field.group(1):
            edges.append(field.end() - 1)
    return np.array(edges, np.int64)


def are_inside(edges: Positions, positions: Positions) -> npt.NDArray[np.bool_]:
    """Which of the positions (none of them a quote) lie between an opening and its closing quote."""
    return (np.searchsorted(edges, positions) & 1).astype(np.bool_)


def _all_in_place(array: Bytes, marks: Positions, delimiter: int) -> bool:
    """Whether quotes in turn open (at a field's start, or doubling the one before) and close (at its end)."""
    opening, closing = marks[0::2], marks[1::2]
    before = array[opening - 1]
    may_open = (before == delimiter) | (before == LF) | (before == CR)
    may_open[1:] |= opening[1:] - 1 == closing[: opening.size - 1]
    may_open[0] |= opening[0] == 0
    if not may_open.all():
        return False
    after = array[np.minimum(closing + 1, array.size - 1)]  # a quote that is the last byte is its own `after`
    may_close = (after == delimiter) | (after == LF) | (after == CR) | (after == QUOTE)
    return bool(may_close.all())


@cache
def _quoted_field(delimiter: str) -> re.Pattern[bytes]:
    # The quote comes before the look-behind: so the search for it runs at the speed of memchr.
    starts_field = rb'"(?<![^%b\r\n]")' % re.escape(delimiter.encode())
    return re.compile(starts_field + rb'[^"]*+(?:""[^"]*+)*+(?:(")|\Z)')
