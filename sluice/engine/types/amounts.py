"""Amounts as whole numbers of their smallest declared digit, read with numpy.

`-$1,234.5` under a scale of 4 is -12345000.

What is not sure here (a plus sign, more digits than the scale, another currency, garbage) is left to
`sluice.engine.types.decimal`, which looks at it closely and names the reason.
"""

from __future__ import annotations

import numpy as np

from sluice.engine.types.base import Int64s, Mask
from sluice.engine.types.cells import BLANK, Bytes, Cells
from sluice.engine.types.digits import MAX_DIGITS, numbers

_MINUS, _POINT, _COMMA = ord("-"), ord("."), ord(",")
_POWERS = 10 ** np.arange(MAX_DIGITS + 1, dtype=np.int64)


def read_amounts(cells: Cells, scale: int, marks: tuple[str, ...] = ()) -> tuple[Int64s, Mask]:
    """Every cell times 10^scale, and which of them are sure.

    With `marks` (a currency's symbols and code) one of them may stand before or after the amount, and
    thousands may be set apart by commas.
    """
    if scale > MAX_DIGITS:
        return np.zeros(len(cells.empty), np.int64), np.zeros(len(cells.empty), np.bool_)
    starts, ends, negative = _bare(cells, [mark.encode() for mark in marks])
    points = _points(cells.data, starts, ends, scale)
    values, sure = numbers(cells.data, starts, points)
    if marks:
        _read_groups(cells.data, starts, points, values, sure)
    after = np.minimum(points + 1, ends)
    fractions, fine = numbers(cells.data, after, ends)
    sure &= fine & (ends > starts) & (values < 10 ** (MAX_DIGITS - scale)) & ~cells.empty
    values *= sure  # what is not sure must not overflow
    values *= 10**scale
    values += fractions * sure * _POWERS[np.clip(scale - (ends - after), 0, MAX_DIGITS)]
    np.negative(values, out=values, where=negative)
    return values, sure


def _bare(cells: Cells, marks: list[bytes]) -> tuple[Int64s, Int64s, Mask]:
    """Starts and ends without minus and mark, and which cells have a minus."""
    data, starts, ends = cells.data, cells.starts.copy(), cells.ends.copy()
    negative, marked = np.zeros(len(starts), np.bool_), np.zeros(len(starts), np.bool_)
    rows = np.flatnonzero(_not_digit(data, starts) & ~cells.empty)
    if len(rows):
        starts[rows], negative[rows], marked[rows] = _without_prefix(data, starts[rows], ends[rows], marks)
    rows = np.flatnonzero(_not_digit(data, ends - 1) & ~cells.empty & ~marked) if marks else rows[:0]
    if len(rows):
        ends[rows] = _without_suffix(data, starts[rows], ends[rows], marks)
    return starts, ends, negative


def _not_digit(data: Bytes, at: Int64s) -> Mask:
    found: Mask = (data[at] - ord("0")) > 9  # uint8: what is below the digits wraps to above
    return found


def _without_prefix(data: Bytes, starts: Int64s, ends: Int64s, marks: list[bytes]) -> tuple[Int64s, Mask, Mask]:
    """Starts behind `-`, `$`, `-$`, `$-` or `USD `; which had a minus, and which a mark."""
    negative: Mask = data[starts] == _MINUS
    starts = starts + negative
    marked = np.zeros(len(starts), np.bool_)
    for mark in marks:
        hit = _stands(data, starts, ends, mark) & ~marked
        starts += len(mark) * hit
        marked |= hit
    starts += marked & (data[starts] == BLANK) & (starts < ends)
    minus = marked & ~negative & (data[starts] == _MINUS) & (starts < ends)
    return starts + minus, negative | minus, marked


def _without_suffix(data: Bytes, starts: Int64s, ends: Int64s, marks: list[bytes]) -> Int64s:
    """Ends before `€`, ` €` or ` USD`."""
    marked = np.zeros(len(starts), np.bool_)
    for mark in marks:
        at = np.maximum(ends - len(mark), starts)
        hit = _stands(data, at, ends, mark) & ~marked
        ends = np.where(hit, at, ends)
        marked |= hit
    blank: Mask = marked & (data[ends - 1] == BLANK) & (ends > starts)
    return np.subtract(ends, blank, dtype=np.int64)


def _stands(data: Bytes, at: Int64s, ends: Int64s, word: bytes) -> Mask:
    """Where `word` is written at `at`, before `ends`."""
    found: Mask = at + len(word) <= ends
    for place, byte in enumerate(word):
        found &= data[np.minimum(at + place, ends)] == byte
    return found


def _points(data: Bytes, starts: Int64s, ends: Int64s, scale: int) -> Int64s:
    """Where the decimal point stands, with 1 to `scale` digits behind it; the end where there is none."""
    points = ends.copy()
    for digits in range(1, scale + 1):
        at = ends - 1 - digits
        np.copyto(points, at, where=(data[at] == _POINT) & (at >= starts))
    return points


def _read_groups(data: Bytes, starts: Int64s, ends: Int64s, values: Int64s, sure: Mask) -> None:
    """Fill in the whole amounts that are grouped by commas: 1 to 3 digits, then threes."""
    rows = np.flatnonzero(_comma(data, starts, ends) & ~sure)
    values[rows], sure[rows] = 0, True
    ends, factor = ends.copy(), 1
    while len(rows):
        more = _comma(data, starts[rows], ends[rows])
        first = np.where(more, ends[rows] - 3, starts[rows])
        group, fine = numbers(data, first, ends[rows])
        values[rows] += np.where(fine, group, 0) * factor
        sure[rows] &= fine & (ends[rows] - first <= 3) & (ends[rows] > first) & (factor < 10**MAX_DIGITS)
        rows = rows[more & sure[rows]]
        ends[rows] -= 4
        factor = min(factor * 1000, 10**MAX_DIGITS)


def _comma(data: Bytes, starts: Int64s, ends: Int64s) -> Mask:
    found: Mask = (data[ends - 4] == _COMMA) & (ends - 4 > starts)
    return found
