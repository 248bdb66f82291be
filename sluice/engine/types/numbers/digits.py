"""Digits to numbers, eight at a time.

Eight ASCII digits fit one 64-bit word; three multiplications turn the word into their number (the method
is known as SWAR; see Daniel Lemire, "Quickly parsing eight digits", 2018). With numpy each of these few
steps runs over the whole column.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sluice.engine.types.base import Int64s, Mask
from sluice.engine.types.cells import Bytes, windows

MAX_DIGITS = 18  # every number of 18 digits fits int64

_U = np.uint64
_ZERO = ord("0")
_ZEROS = _U(0x3030303030303030)
_SIXES = _U(0x0606060606060606)
_HIGH_HALVES = _U(0xF0F0F0F0F0F0F0F0)
# Keeps the last n bytes of a little-endian word, n from 0 to 8.
_LAST = np.array([(0xFFFFFFFFFFFFFFFF << (64 - 8 * n)) & 0xFFFFFFFFFFFFFFFF for n in range(9)], np.uint64)


def numbers(data: Bytes, starts: Int64s, ends: Int64s) -> tuple[Int64s, Mask]:
    """The numbers written in `data[starts[i]:ends[i]]`, and which of them are certain.

    Certain means 0 to 18 digits and nothing else; no digits are 0. An uncertain number is undefined.
    `data` has 24 bytes or more before the first start (see `Cells`).
    """
    lengths = ends - starts
    values, certain = _word(data, ends, lengths)
    certain &= lengths <= MAX_DIGITS
    for k in (1, 2):
        longer = np.flatnonzero((lengths > 8 * k) & certain)
        if not len(longer):
            break
        high, fine = _word(data, ends[longer] - 8 * k, lengths[longer] - 8 * k)
        values[longer] += np.where(fine, high, 0) * 10 ** (8 * k)
        certain[longer] = fine
    return values, certain


def _word(data: Bytes, ends: Int64s, lengths: Int64s) -> tuple[Int64s, Mask]:
    """The same for the last eight bytes before `ends`, of which `lengths` (or eight) count."""
    return word_numbers(windows(data)[ends - 8], np.minimum(lengths, 8))


def word_numbers(word: npt.NDArray[np.uint64], lengths: Int64s) -> tuple[Int64s, Mask]:
    """The numbers of the last `lengths` (0 to 8) bytes of little-endian words, and whether they are digits only.

    `word` is changed.
    """
    word ^= _ZEROS
    word &= _LAST[np.clip(lengths, 0, 8)]
    certain = ((word | (word + _SIXES)) & _HIGH_HALVES) == 0
    word = (word * _U(2561)) >> _U(8)
    word = ((word & _U(0x00FF00FF00FF00FF)) * _U(6553601)) >> _U(16)
    word = ((word & _U(0x0000FFFF0000FFFF)) * _U(42949672960001)) >> _U(32)
    return word.astype(np.int64), certain


def read_groups(data: Bytes, starts: Int64s, ends: Int64s, values: Int64s, certain: Mask, separator: int) -> None:
    """Fill in, in `values` and `certain`, the numbers that are grouped: 1 to 3 digits, no 0 first, then threes.

    `separator` is the byte between the groups. Certain means up to 18 digits.
    """
    rows = np.flatnonzero(_grouped(data, starts, ends, separator) & ~certain)
    values[rows], certain[rows] = 0, data[starts[rows]] != _ZERO  # 0,673 has a decimal comma
    rows = rows[certain[rows]]
    ends, factor = ends.copy(), 1
    while len(rows):
        more = _grouped(data, starts[rows], ends[rows], separator)
        first = np.where(more, ends[rows] - 3, starts[rows])
        group, fine = numbers(data, first, ends[rows])
        values[rows] += np.where(fine, group, 0) * factor
        certain[rows] &= fine & (ends[rows] - first <= 3) & (ends[rows] > first) & (factor < 10**MAX_DIGITS)
        rows = rows[more & certain[rows]]
        ends[rows] -= 4
        factor = min(factor * 1000, 10**MAX_DIGITS)


def _grouped(data: Bytes, starts: Int64s, ends: Int64s, separator: int) -> Mask:
    """Which cells have a separator before the last three bytes, and text before it."""
    grouped: Mask = (data[ends - 4] == separator) & (ends - 4 > starts)
    return grouped
