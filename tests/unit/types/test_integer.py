"""Integer: digits and a sign, nothing else, within 64 bits."""

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.types import Integer

TEXTS = st.one_of(
    st.integers(-(2**64), 2**64).map(str),
    st.integers(0, 10**9).map(lambda n: f"+{n:012d}"),
    st.text("0123456789+- .,_ex\u0661", max_size=24),
)


def test_digits_are_numbers_with_or_without_sign_and_leading_zeros(read):
    assert read(Integer(), "1", "-5", "+7", "007", "-0", "12345678", "123456789", "1234567890123456789") == [
        1, -5, 7, 7, 0, 12345678, 123456789, 1234567890123456789,
    ]  # fmt: skip


def test_spaces_around_are_stripped_and_blank_is_null(read):
    assert read(Integer(), " 12 ", "\t3\n", "\u00a08", "", "   ", "\u00a0", None) == [12, 3, 8, None, None, None, None]


def test_the_range_is_that_of_bigint(read):
    assert read(
        Integer(), "9223372036854775807", "-9223372036854775808", "9223372036854775808", "-9223372036854775809",
        "0" * 30 + "5", "9" * 5000,
    ) == [9223372036854775807, -9223372036854775808, "[out_of_range]", "[out_of_range]", 5,
          "[out_of_range]"]  # fmt: skip


@pytest.mark.parametrize("text", ["x", "1,000", "1.0", "-", "+", "--1", "1-", "1_0", "\u0661", "0x10", "1e3", "1 2"])
def test_anything_else_is_not_an_integer(read, text):
    assert read(Integer(), "1", text, "2") == [1, "[not_integer]", 2]


def test_a_slice_of_a_longer_column_is_read_from_its_own_place():
    column = pa.array(["9", None, "12", "x", "-3", "4"]).slice(2, 3)
    parsed = Integer().parse(column)
    assert parsed.values.to_pylist() == [12, None, -3]
    assert parsed.refused[0].rows.tolist() == [False, True, False]


def test_an_empty_column_and_a_column_of_nulls_are_read():
    assert Integer().parse(pa.array([], pa.string())).values.to_pylist() == []
    assert Integer().parse(pa.nulls(2, pa.string())).values.to_pylist() == [None, None]


def test_it_is_a_bigint_and_declares_itself():
    assert (Integer().pg_type, repr(Integer())) == ("bigint", "Integer()")


@given(st.lists(TEXTS, max_size=12))
def test_it_reads_as_python_reads(texts):
    parsed = Integer().parse(pa.array(texts, pa.string()))
    refused = {row: r.code for r in parsed.refused for row in r.rows.nonzero()[0].tolist()}
    for row, (text, value) in enumerate(zip(texts, parsed.values.to_pylist(), strict=True)):
        bare = text.strip()
        if not bare:
            expected, code = None, None
        elif not re.fullmatch(r"[+-]?[0-9]+", bare):
            expected, code = None, "not_integer"
        elif -(2**63) <= int(bare) < 2**63:
            expected, code = int(bare), None
        else:
            expected, code = None, "out_of_range"
        assert (value, refused.get(row)) == (expected, code), text
