"""The greatest of values as PostgreSQL writes them, in PostgreSQL's order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.sources.query.watermark import TYPES, greater, greatest, reached_in


@given(st.lists(st.datetimes(), min_size=1, max_size=5))
def test_times_are_in_the_order_of_time(times: list[datetime]) -> None:
    written = [each.isoformat(" ") for each in times]
    for of, zone in (("timestamp", ""), ("timestamptz", "+00")):
        assert greatest(of, [f"{each}{zone}" for each in written]) == f"{max(times).isoformat(' ')}{zone}"
    assert greatest("date", [str(each.date()) for each in times]) == str(max(times).date())


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_numbers_are_in_the_order_of_numbers(numbers: list[Decimal]) -> None:
    found = greatest("numeric", [str(each) for each in numbers])
    assert found is not None
    assert Decimal(found) == max(numbers)


@pytest.mark.parametrize("of", sorted(set(TYPES.values()) - {"text"}))
def test_nothing_is_greater_than_what_has_no_end(of: str) -> None:
    assert greatest(of, ["Infinity", "infinity", "-Infinity", "NaN", ""]) is None
    assert greatest(of, []) is None


def test_years_before_christ_go_backwards() -> None:
    times = ["0044-03-15 12:00:00+00 BC", "0044-03-15 12:00:00.5+00 BC", "0100-01-01 00:00:00+00 BC"]
    assert greatest("timestamptz", times) == "0044-03-15 12:00:00.5+00 BC"
    assert greatest("date", ["0001-01-01 BC", "0001-01-01"]) == "0001-01-01"
    assert greatest("date", ["9999-12-31", "12026-01-01"]) == "12026-01-01"


def test_the_order_of_texts_is_not_known_here() -> None:
    with pytest.raises(LookupError):
        greatest("text", ["a", "b"])


def test_of_two_texts_the_first_that_is_known() -> None:
    assert greater("text", None, None) is None
    assert greater("text", None, "b") == "b"
    assert greater("text", "a", "b") == "a"
    assert greater("bigint", None, None) is None
    assert greater("bigint", "9", "10") == "10"


@pytest.mark.parametrize(
    ("note", "of", "reached"),
    [
        ({}, "bigint", None),
        ({"reached": "5", "of": "bigint"}, "bigint", "5"),
        ({"reached": "5", "of": "bigint"}, "text", None),
        ({"since": "5"}, "bigint", "5"),
        ({"since": "infinity"}, "timestamptz", None),
        ({"since": "NaN"}, "numeric", None),
    ],
)
def test_what_was_noted_holds_for_the_same_type(note: dict[str, str], of: str, reached: str | None) -> None:
    assert reached_in(note, of) == reached
