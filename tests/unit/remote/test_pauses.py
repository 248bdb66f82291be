"""How long to wait before the next try."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.sources.http.retries import pause_s, retry_after_s

NOW = datetime(2015, 10, 21, 7, 28, 0, tzinfo=UTC)


def test_pauses_double_up_to_a_minute() -> None:
    assert [pause_s(tried, None, chance=0) for tried in range(1, 10)] == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]
    assert pause_s(10_000, None, chance=0) == 60


def test_chance_takes_up_to_a_half_away() -> None:
    assert pause_s(3, None, chance=1) == 1
    assert pause_s(3, None, chance=0.5) == 1.5


def test_what_the_server_asks_for_is_the_least_up_to_five_minutes() -> None:
    assert pause_s(1, 7, chance=1) == 7
    assert pause_s(5, 0, chance=0) == 8
    assert pause_s(1, 86_400, chance=0) == 300


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("31622400", 31_622_400),
        ("31622401", None),
        ("99999999999999999999", None),
        ("9" * 5000, None),
        ("000000000000000120", 120),
        ("1e400", None),
        ("-1", None),
        ("+5", None),
        ("٣", None),
        ("inf", None),
        ("nan", None),
        ("0x10", None),
        ("5, 10", None),
        ("Wed, 21 Oct 99999999999 07:28:00 GMT", None),
        ("Wed, 21 Oct 99999 07:28:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("Mon, 01 Jan 0001 00:00:00 GMT", 0),
        ("Mon, 01 Jan 0001 00:00:00 +1200", 0),
        ("Mon, 00 Jan 0000 00:00:00 GMT", None),
        ("Wed, 31 Feb 2015 07:28:30 GMT", None),
        ("Wed, 21 Oct 2015 25:28:30 GMT", None),
        ("Wed, 21 Oct 2015 07:28:30 +9999999999", None),
        ("Wed, 21 Oct 2015 07:28:30", None),
        ("Wed, 21 Oct -2015 07:28:30 GMT", None),
        ("Wednesday, 21-Oct-15 07:28:30 GMT", 30),
        ("Wed Oct 21 07:28:30 2015", 30),
        ("2015-10-21T07:28:30Z", None),
        ("Wed,", None),
        (",", None),
        ("\x00", None),
        ("Wed, 21 Oct 2015 07:28:30 GMT", 30),
        ("Wed, 21 Oct 2015 07:27:30 GMT", 0),
        ("Wed, 21 Oct 2015 07:28:30 -0000", 30),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after_s(value, NOW) == seconds


@given(
    st.text(max_size=40)
    | st.from_regex(r"\A[A-Z][a-z]{2}, [0-9]{1,3} [A-Z][a-z]{2} -?[0-9]{1,30} [0-9:]{1,9} [A-Z+0-9-]{0,7}\Z")
)
def test_any_text_is_seconds_or_nothing(value: str) -> None:
    found = retry_after_s(value, NOW)
    assert found is None or 0 <= found <= 31_622_400
