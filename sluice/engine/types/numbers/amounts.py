"""Amounts as whole numbers of their smallest declared digit, read with numpy.

`-$1,234.5` under a scale of 4 is -12345000.

An uncertain text (a plus sign, more digits than the scale, another currency, garbage) is left to
`sluice.engine.types.numbers.decimal`, which decides it and gives the reason.
"""

from __future__ import annotations

import numpy as np

from sluice.engine.types.base import Int64s, Mask
from sluice.engine.types.cells import Bytes, Cells, windows
from sluice.engine.types.numbers.affixes import without_mark_before, without_mark_behind
from sluice.engine.types.numbers.digits import MAX_DIGITS, numbers, read_groups, word_numbers
from sluice.engine.types.numbers.notation import Notation

_MINUS, _OPEN, _CLOSE = ord("-"), ord("("), ord(")")
_LOOKED_AT = 64
_POWERS = 10 ** np.arange(MAX_DIGITS + 1, dtype=np.int64)


def read_amounts(cells: Cells, scale: int, notation: Notation) -> tuple[Int64s, Mask]:
    """Every cell times 10^scale, and which of them are certain."""
    if scale > MAX_DIGITS:
        return np.zeros(len(cells.empty), np.int64), np.zeros(len(cells.empty), np.bool_)
    values, certain = _short_amounts(cells, scale, notation)
    rows = np.flatnonzero(~certain & ~cells.empty)
    if len(rows):
        values[rows], certain[rows] = _any_amounts(cells.some(rows), scale, notation)
    return values, certain


def _short_amounts(cells: Cells, scale: int, notation: Notation) -> tuple[Int64s, Mask]:
    """The same, certain only for `$12.34` and `12.34` of at most eight bytes without the mark: one word for each cell.

    All have as many digits behind the point as most of the column's first cells.
    """
    places = _usual_places(cells, scale, ord(notation.point))
    marks = [ord(mark) for mark in notation.marks if len(mark) == 1 and mark.isascii() and not mark.isalnum()]
    if not places or not len(cells.starts):
        return np.zeros(len(cells.empty), np.int64), np.zeros(len(cells.empty), np.bool_)
    lengths = cells.lengths
    first = cells.data[cells.starts]
    for mark in marks[:1]:
        lengths -= first == mark
    words = windows(cells.data)[cells.ends - 8]
    behind = np.uint64(8 * (8 - places))  # the bits from which on the digits behind the point are
    certain = ((words >> (behind - np.uint64(8))) & np.uint64(0xFF)) == ord(notation.point)
    certain &= (lengths <= 8) & (lengths >= places + 2) & ~cells.empty
    # the digits before the point move up to those behind it
    words = ((words >> behind) << behind) | ((words << np.uint64(64 + 8) - behind) >> (np.uint64(64) - behind))
    values, digits = word_numbers(words, lengths - 1)
    certain &= digits & (values < 10 ** (MAX_DIGITS - scale + places))
    return values * (certain * np.int64(10 ** (scale - places))), certain


def _usual_places(cells: Cells, scale: int, point: int) -> int:
    """How many digits behind the point most of the first cells have; 0 for none."""
    ends = cells.ends[:_LOOKED_AT]
    counts = [int(np.count_nonzero(cells.data[ends - 1 - places] == point)) for places in range(1, min(scale, 6) + 1)]
    return int(np.argmax(counts)) + 1 if any(counts) else 0


def _any_amounts(cells: Cells, scale: int, notation: Notation) -> tuple[Int64s, Mask]:
    """The same for any cells."""
    starts, ends, negative = _bare(cells, notation)
    points = _points(cells.data, starts, ends, scale, ord(notation.point))
    values, certain = numbers(cells.data, starts, points)
    if notation.thousands:
        read_groups(cells.data, starts, points, values, certain, ord(notation.thousands))
    after = np.minimum(points + 1, ends)
    fractions, fine = numbers(cells.data, after, ends)
    certain &= fine & (ends > starts) & (values < 10 ** (MAX_DIGITS - scale)) & ~cells.empty
    values *= certain  # uncertain values must not overflow
    values *= 10**scale
    values += fractions * certain * _POWERS[np.clip(scale - (ends - after), 0, MAX_DIGITS)]
    np.negative(values, out=values, where=negative)
    return values, certain


def _bare(cells: Cells, notation: Notation) -> tuple[Int64s, Int64s, Mask]:
    """Starts and ends without signs and marks, and which cells are negative; ambiguous cells become empty."""
    data, starts, ends = cells.data, cells.starts.copy(), cells.ends.copy()
    negative, marked = np.zeros(len(starts), np.bool_), np.zeros(len(starts), np.bool_)
    if notation.accounting:
        _strip_accounting(cells, starts, ends, negative)
    rows = np.flatnonzero(_not_digit(data, starts) & ~cells.empty)
    if len(rows):
        first, minus, marked[rows] = without_mark_before(data, starts[rows], ends[rows], notation)
        starts[rows] = np.where(minus & negative[rows], ends[rows], first)
        negative[rows] |= minus
    rows = np.flatnonzero(_not_digit(data, ends - 1) & ~cells.empty & ~marked) if notation.marks else rows[:0]
    if len(rows):
        ends[rows] = without_mark_behind(data, starts[rows], ends[rows], notation)
    if notation.accounting:
        _strip_accounting(cells, starts, ends, negative)
    return starts, ends, negative


def _strip_accounting(cells: Cells, starts: Int64s, ends: Int64s, negative: Mask) -> None:
    """Move `starts` and `ends` to within brackets, or before a minus; called outside the mark, then within it."""
    rows = np.flatnonzero(_not_digit(cells.data, ends - 1) & ~cells.empty)
    first, last = cells.data[starts[rows]], cells.data[ends[rows] - 1]
    long = ends[rows] - starts[rows]
    brackets = (first == _OPEN) & (last == _CLOSE) & (long > 2)
    minus = brackets | ((last == _MINUS) & (long > 1))
    starts[rows] += brackets
    ends[rows] -= minus
    ends[rows] = np.where(minus & negative[rows], starts[rows], ends[rows])
    negative[rows] |= minus


def _not_digit(data: Bytes, at: Int64s) -> Mask:
    not_digit: Mask = (data[at] - ord("0")) > 9  # uint8: bytes below `0` wrap around to large numbers
    return not_digit


def _points(data: Bytes, starts: Int64s, ends: Int64s, scale: int, point: int) -> Int64s:
    """The position of the decimal point with 1 to `scale` digits after it; the end of the cell without one."""
    points = ends.copy()
    for digits in range(1, scale + 1):
        at = ends - 1 - digits
        np.copyto(points, at, where=(data[at] == point) & (at >= starts))
    return points
