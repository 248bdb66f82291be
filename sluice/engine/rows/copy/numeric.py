"""Decimals as PostgreSQL's `numeric`: digits in base 10000 around the decimal point.

On the wire a numeric is ndigits, weight, sign, dscale and the digits, each two bytes; its value is the sum of
digit[i] * 10000 ** (weight - i). All rows of a column get as many digits as its largest value needs, so that
every row is equally wide: `numeric_recv` strips leading and trailing zeros. (PostgreSQL, utils/adt/numeric.c)
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sluice.engine.rows.copy.cells import Cell, Numbers, numbers

NEGATIVE = 0x4000
BASE = 10_000
BASE_PLACES = 4
LIMB = np.uint64(32)
LOW_HALF = np.uint64(0xFFFF_FFFF)


def numeric_cells(column: pa.Array) -> list[Cell]:
    """The cells of a `decimal128` column that has rows and no nulls. dscale is the column's scale.

    Raises `TypeError` for a negative scale, which numeric's wire format does not have.
    """
    scale: int = column.type.scale
    if scale < 0:
        raise TypeError(f"{column.type} has a negative scale, which PostgreSQL's numeric does not support.")
    negative, limbs = _magnitude(column)
    digits = _digits(limbs, scale)
    weight = len(digits) - -(-scale // BASE_PLACES) - 1 if digits else 0
    sign = negative * np.int16(NEGATIVE) if negative.any() else 0
    head = (len(digits), weight, sign, scale)
    return [Cell(">i2", value) for value in (*head, *reversed(digits))]


def _magnitude(column: pa.Array) -> tuple[Numbers, list[Numbers]]:
    """Which values are negative, and the absolute values as limbs, the most significant first.

    One limb of 64 bits when all values fit one, which is the usual case; else four of 32 bits.
    """
    words = numbers(column, np.int64).reshape(-1, 2)
    low, high = words[:, 0], words[:, 1]
    negative = high < 0
    if np.array_equal(high, low >> 63):
        return negative, [np.abs(low).view(np.uint64)]
    # two's complement, undone where negative: invert both words, then add one with its carry
    flip = negative.astype(np.int64)
    low, high = (low ^ -flip) + flip, (high ^ -flip) + (flip & (low == 0))
    halves = [word.view(np.uint64) for word in (high, low)]
    return negative, _without_leading_zeros([half for word in halves for half in (word >> LIMB, word & LOW_HALF)])


def _digits(limbs: list[Numbers], scale: int) -> list[Numbers]:
    """Digits in base 10000, the least significant first; as many as the largest value needs."""
    digits = []
    partial = scale % BASE_PLACES
    if partial:
        limbs, digit = _divide(limbs, 10**partial)
        digits.append(digit * np.uint64(10 ** (BASE_PLACES - partial)))
    while limbs[0].any():
        limbs, digit = _divide(limbs, BASE)
        digits.append(digit)
    return digits


def _divide(limbs: list[Numbers], divisor: int) -> tuple[list[Numbers], Numbers]:
    """Long division, limb by limb: quotient and remainder."""
    by = np.uint64(divisor)
    if len(limbs) == 1:
        quotient = limbs[0] // by
        return [quotient], limbs[0] - quotient * by
    quotients = []
    rest = np.zeros_like(limbs[0])
    for limb in limbs:
        dividend = (rest << LIMB) | limb
        quotient = dividend // by
        rest = dividend - quotient * by
        quotients.append(quotient)
    return _without_leading_zeros(quotients), rest


def _without_leading_zeros(limbs: list[Numbers]) -> list[Numbers]:
    """The fewest limbs for the values; two limbs of 32 bits are combined into one of 64."""
    while len(limbs) > 2 and not limbs[0].any():
        limbs = limbs[1:]
    return [(limbs[0] << LIMB) | limbs[1]] if len(limbs) == 2 else limbs
