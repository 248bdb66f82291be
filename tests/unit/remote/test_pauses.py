"""How long to wait before the next try."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sluice.engine.remote.tries import pause_s, retry_after_s

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
        ("99999999999999999999", 999_999_999),
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
