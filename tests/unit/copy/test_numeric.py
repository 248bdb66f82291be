"""Decimals on the wire: literal bytes, and any decimal of any scale put together again from its digits."""

from __future__ import annotations

from decimal import Context, Decimal

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sluice.engine.rows.copy.cells import pack
from sluice.engine.rows.copy.numeric import numeric_cells
from tests.kit.budget import examples

EXACT = Context(prec=60)


def encoded(precision: int, scale: int, *values: str) -> list[bytes]:
    column = pa.array([Decimal(value) for value in values], pa.decimal128(precision, scale))
    return [row.tobytes() for row in pack(numeric_cells(column), len(column))]


def read(raw: bytes) -> tuple[Decimal, int]:
    """A numeric's value by the wire format's definition, and its dscale."""
    count, weight, sign, scale, *digits = (
        int.from_bytes(raw[at : at + 2], signed=True) for at in range(0, len(raw), 2)
    )
    assert len(digits) == count
    assert all(0 <= digit < 10_000 for digit in digits)
    terms = [Decimal(digit).scaleb(4 * (weight - at), EXACT) for at, digit in enumerate(digits)]
    total = Decimal(0)
    for term in terms:
        total = EXACT.add(total, term)
    assert sign in (0, 0x4000)
    return (EXACT.minus(total) if sign else total), scale


@pytest.mark.parametrize(
    ("value", "expected"),  # ndigits, weight, sign, dscale, digits
    [
        ("0.0000", "0000 0000 0000 0004"),
        ("0.0001", "0001 ffff 0000 0004 0001"),
        ("1.2000", "0002 0000 0000 0004 0001 07d0"),
        ("-1.2000", "0002 0000 4000 0004 0001 07d0"),
        ("9999.9999", "0002 0000 0000 0004 270f 270f"),
        ("10000.0000", "0003 0001 0000 0004 0001 0000 0000"),
    ],
)
def test_a_numeric_with_four_places_is_these_bytes(value: str, expected: str) -> None:
    assert encoded(12, 4, value) == [bytes.fromhex(expected)]


def test_places_that_do_not_fill_a_digit_are_filled_from_the_right() -> None:
    assert encoded(5, 2, "3.07") == [bytes.fromhex("0002 0000 0000 0002 0003 02bc")]
    assert encoded(5, 0, "307") == [bytes.fromhex("0001 0000 0000 0000 0133")]


def test_all_rows_are_as_wide_as_the_largest_value() -> None:
    assert encoded(12, 4, "10000", "-0.5", "0") == [
        bytes.fromhex("0003 0001 0000 0004 0001 0000 0000"),
        bytes.fromhex("0003 0001 4000 0004 0000 0000 1388"),
        bytes.fromhex("0003 0001 0000 0004 0000 0000 0000"),
    ]


def test_a_negative_scale_is_refused() -> None:
    column = pa.array([100], pa.decimal128(5, 0)).cast(pa.decimal128(5, -2))
    with pytest.raises(TypeError, match="negative scale"):
        numeric_cells(column)


@settings(deadline=None, max_examples=examples(300))
@given(
    scale=st.integers(0, 38),
    unscaled=st.lists(
        st.integers(-(10**38) + 1, 10**38 - 1) | st.integers(-(2**66), 2**66) | st.integers(-(10**5), 10**5),
        min_size=1,
        max_size=8,
    ),
)
@example(scale=0, unscaled=[-(2**63)])
@example(scale=0, unscaled=[2**63])
@example(scale=0, unscaled=[-(2**64), 2**64, 2**96, -(2**96)])
@example(scale=38, unscaled=[10**38 - 1, 1 - 10**38, 1, -1])
def test_any_decimal_is_the_sum_of_its_digits(scale: int, unscaled: list[int]) -> None:
    values = [Decimal(number).scaleb(-scale, EXACT) for number in unscaled]
    column = pa.array([values[0], *values], pa.decimal128(38, scale))[1:]
    raw = [row.tobytes() for row in pack(numeric_cells(column), len(column))]
    assert [read(one) for one in raw] == [(value, scale) for value in values]
