"""Key order: PostgreSQL's, by line among equals, whatever the keys are made of."""

import datetime as dt
import decimal
import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.rows.contract.order import key_order
from sluice.errors import PermanentError


def order(*keys, lines=None):
    numbers = np.array(lines if lines is not None else range(2, 2 + len(keys[0])), np.int64)
    found = key_order(list(keys), numbers)
    return found.rows.tolist(), found.repeats.tolist()


def test_rows_in_order_stay_where_they_are():
    assert order(pa.array([1, 2, 3])) == ([0, 1, 2], [False, False, False])


def test_negative_numbers_come_first_and_equals_stay_in_order_of_line():
    assert order(pa.array([5, -1, 5, -(2**63), 2**63 - 1, 5])) == (
        [3, 1, 0, 2, 5, 4],
        [False, False, False, True, True, False],
    )


def test_equals_are_ordered_by_line_even_where_rows_are_not():
    assert order(pa.array([7, 7, 1]), lines=[9, 4, 5]) == ([2, 1, 0], [False, False, True])


def test_text_is_ordered_by_its_utf8_bytes():
    words = ["b", "B", "a", "ä", "ab", "z", "a b", "", "日本", "a-very-long-word-2", "a-very-long-word-1", "ab"]
    rows, repeats = order(pa.array(words))
    assert [words[row] for row in rows] == [
        "", "B", "a", "a b", "a-very-long-word-1", "a-very-long-word-2", "ab", "ab", "b", "z", "ä", "日本",
    ]  # fmt: skip
    assert [row for row, repeat in zip(rows, repeats, strict=True) if repeat] == [11]


def test_later_key_columns_decide_among_equals():
    days = pa.array([dt.date(2022, 1, 2), dt.date(2022, 1, 1), dt.date(2022, 1, 2), dt.date(2022, 1, 2)])
    assert order(days, pa.array(["b", "z", "a", "b"])) == ([1, 2, 0, 3], [False, False, False, True])


def test_decimals_booleans_and_moments_are_keys_too():
    amounts = pa.array([decimal.Decimal(n) for n in ("1.10", "-3", "1.1", "-2.99")], pa.decimal128(30, 4))
    assert order(amounts) == ([1, 3, 0, 2], [False, False, False, True])
    assert order(pa.array([True, False, True])) == ([1, 0, 2], [False, False, True])
    moments = pa.array([dt.datetime(2022, 1, 1), dt.datetime(1, 1, 1)], pa.timestamp("us", "UTC"))
    assert order(moments) == ([1, 0], [False, False])


def test_no_rows_and_one_row_have_an_order():
    assert order(pa.array([], pa.string())) == ([], [])
    assert order(pa.array(["x"])) == ([0], [False])


def test_a_slice_is_ordered_by_its_own_values():
    amounts = pa.array([decimal.Decimal(n) for n in (9, 3, 2, 1)], pa.decimal128(12, 4)).slice(1, 2)
    assert order(amounts, pa.array(["x", "y", "z"]).slice(1)) == ([1, 0], [False, False])


def test_a_type_without_an_order_is_refused():
    with pytest.raises(PermanentError, match="cannot be sorted"):
        order(pa.array([1.5]))


def test_many_rows_need_more_than_one_round():
    chance = random.Random(7)
    numbers = [chance.choice([0, 1, 2**62, 2**62 + 1, -(2**62), -(2**62) - 1]) for _ in range(5000)]
    texts = [chance.choice(["same-beginning-" + str(n) for n in range(50)]) for _ in range(5000)]
    rows, _ = order(pa.array(numbers), pa.array(texts))
    assert rows == sorted(range(5000), key=lambda row: (numbers[row], texts[row], row))


KEYS = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 3), st.integers(-(2**63), 2**63 - 1)),
        st.one_of(st.text("ab", max_size=3), st.text("abé日", min_size=7, max_size=18)),
        st.integers(1, 30),
    ),
    max_size=40,
)


@given(KEYS)
def test_order_is_that_of_sorting_by_key_and_line(rows):
    found = key_order(
        [pa.array([r[0] for r in rows], pa.int64()), pa.array([r[1] for r in rows], pa.string())],
        np.array([r[2] for r in rows], np.int64),
    )
    slow = sorted(range(len(rows)), key=lambda n: (rows[n][0], rows[n][1].encode(), rows[n][2], n))
    assert found.rows.tolist() == slow
    keys = [rows[n][:2] for n in slow]
    assert found.repeats.tolist() == [place > 0 and keys[place] == keys[place - 1] for place in range(len(keys))]


MOMENTS = st.one_of(st.integers(0, 3).map(lambda n: n * 1_000_000), st.integers(-(2**55), 2**55), st.integers(-9, 9))


@given(st.lists(st.tuples(st.booleans(), MOMENTS, st.integers(0, 3), st.sampled_from(["a", "b"])), max_size=40))
def test_keys_of_several_narrow_columns_are_ordered_at_once_as_one_after_the_other(rows):
    moments = pa.array([row[1] for row in rows], pa.timestamp("us"))
    numbers = pa.array([row[2] for row in rows], pa.int64())
    found = order(
        pa.array([row[0] for row in rows], pa.bool_()),
        moments,
        numbers,
        pa.array([row[3] for row in rows], pa.string()),
    )
    slow = sorted(range(len(rows)), key=lambda n: (rows[n], n))
    assert found == (slow, [at > 0 and rows[slow[at]] == rows[slow[at - 1]] for at in range(len(slow))])
