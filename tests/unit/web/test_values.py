"""What comes in is spelled in one way, and fits what PostgreSQL can take."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from sluice.web.http.pages import is_int64, is_moment, is_text, read_cursor, write_cursor
from sluice.web.http.problems import InvalidParameter
from sluice.web.http.values import Day, Flag, Moment, Whole


@pytest.mark.parametrize(
    "text", ["9223372036854775808", "-9223372036854775809", "1.0", "+1", " 1", "1_0", "²", "", "0x1"]
)
def test_a_whole_number_has_digits_and_64_bits(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Whole).validate_python(text)
    assert TypeAdapter(Whole).validate_python("-9223372036854775808") == -9223372036854775808


@pytest.mark.parametrize(
    "text", ["2024-02-30", "20240101", "1700000000", "2024-1-1", "0000-01-01", "2024-01-01T00:00:00"]
)
def test_a_date_is_year_month_and_day(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-15T12:30:00+03:00", datetime(2024, 1, 15, 9, 30, tzinfo=UTC)),
        ("2024-01-15t09:30:00.1234567z", datetime(2024, 1, 15, 9, 30, 0, 123456, tzinfo=UTC)),
        ("7014-09-14T00:55:51+17:03", datetime(7014, 9, 13, 7, 52, 51, tzinfo=UTC)),
    ],
)
def test_a_time_is_taken_to_utc(text: str, moment: datetime) -> None:
    assert TypeAdapter(Moment).validate_python(text) == moment


@pytest.mark.parametrize(
    "text", ["2024-01-15T09:30:00", "2024-01-15", "0001-01-01T00:00:00+10:00", "2024-01-15T25:00:00Z"]
)
def test_a_time_without_its_zone_or_outside_the_calendar_is_none(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(text)


@pytest.mark.parametrize("text", ["yes", "1", "True", "on", ""])
def test_a_flag_is_true_or_false(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Flag).validate_python(text)


@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    number=st.integers(-(2**63), 2**63 - 1),
)
def test_a_cursor_gives_back_the_key_it_was_made_of(text: str, number: int) -> None:
    cursor = write_cursor("/x", {"a": 1}, [text, number])
    found = read_cursor(cursor, "/x", {"a": 1}, {"t": is_text, "n": is_int64})
    assert found == {"after_t": text, "after_n": number}


@pytest.mark.parametrize(
    "key", [["a\0", 1], ["a", 2**63], ["a", True], ["a", "1"], [None, 1], ["\ud800", 1], ["a"], ["a", 1, 2], [1, "a"]]
)
def test_a_cursor_that_somebody_made_up_is_refused(key: list[Any]) -> None:
    cursor = write_cursor("/x", {}, key)
    with pytest.raises(InvalidParameter):
        read_cursor(cursor, "/x", {}, {"t": is_text, "n": is_int64})


def test_a_moment_in_a_cursor_is_spelled_as_it_was_given() -> None:
    assert is_moment("2024-01-15T09:30:00.000001+00:00")
    assert not is_moment("yesterday")
    assert not is_moment("2024-01-15 09:30:00+00:00")
