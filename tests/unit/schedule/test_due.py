"""When a daily schedule is due, also on the days when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.declare import Daily
from sluice.engine.schedule import Due, deadline_of, due_on, missed, next_due


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("daily", "of", "due"),
    [
        (Daily("02:00", tz="Africa/Nairobi"), "2026-05-02", "2026-05-01 23:00"),
        (Daily("23:50", tz="Pacific/Kiritimati"), "2025-12-31", "2025-12-31 09:50"),
        # Berlin has no 02:30 on 2026-03-29, which goes from 02:00 to 03:00 (01:00 UTC): due when the gap ends
        (Daily("02:30", tz="Europe/Berlin"), "2026-03-28", "2026-03-28 01:30"),
        (Daily("02:30", tz="Europe/Berlin"), "2026-03-29", "2026-03-29 01:00"),
        (Daily("02:30", tz="Europe/Berlin"), "2026-03-30", "2026-03-30 00:30"),
        (Daily("02:00", tz="Europe/Berlin"), "2026-03-29", "2026-03-29 01:00"),
        (Daily("03:00", tz="Europe/Berlin"), "2026-03-29", "2026-03-29 01:00"),
        # and 02:30 twice on 2026-10-25: due the first time
        (Daily("02:30", tz="Europe/Berlin"), "2026-10-25", "2026-10-25 00:30"),
        (Daily("02:30", tz="Europe/Berlin"), "2026-10-26", "2026-10-26 01:30"),
        (Daily("02:30", tz="America/New_York"), "2026-03-08", "2026-03-08 07:00"),
        (Daily("01:30", tz="America/New_York"), "2026-11-01", "2026-11-01 05:30"),
        # half an hour: 02:15 does not exist on 2026-10-04, and 01:45 is there twice on 2026-04-05
        (Daily("02:15", tz="Australia/Lord_Howe"), "2026-10-04", "2026-10-03 15:30"),
        (Daily("01:45", tz="Australia/Lord_Howe"), "2026-04-05", "2026-04-04 14:45"),
        # clocks go forward at midnight: the day has no 00:30
        (Daily("00:30", tz="Africa/Cairo"), "2026-04-24", "2026-04-23 22:00"),
        # from 23:00 to midnight: the day has no last hour, and the next one begins when the gap ends
        (Daily("23:30", tz="America/Scoresbysund"), "2025-03-29", "2025-03-30 01:00"),
    ],
)
def test_a_day_is_due_at(daily: Daily, of: str, due: str) -> None:
    assert due_on(daily, day(of)) == at(due)


@pytest.mark.parametrize(("tz", "left_out"), [("Pacific/Apia", "2011-12-30"), ("Pacific/Kwajalein", "1993-08-21")])
def test_a_day_that_a_zone_has_left_out_is_never_due(tz: str, left_out: str) -> None:
    daily = Daily("02:00", tz=tz, deadline="01:00")
    before, after = day(left_out) - timedelta(1), day(left_out) + timedelta(1)

    assert due_on(daily, day(left_out)) is None
    first, second = missed(daily, before - timedelta(1), at(f"{after + timedelta(2)} 00:00"))[:2]
    assert (first.day, second.day) == (before, after)
    assert second.at - first.at == timedelta(days=1)
    assert next_due(daily, first.at) == second
    # 01:00 of the day after is the 01:00 after the one that is not there
    assert deadline_of(daily, first) == second.at - timedelta(hours=1)


def test_of_days_that_were_missed_each_is_found_once_and_in_order() -> None:
    daily = Daily("02:30", tz="Europe/Berlin")

    assert missed(daily, day("2026-10-23"), at("2026-10-26 01:29")) == [
        Due(day("2026-10-24"), at("2026-10-24 00:30")),
        Due(day("2026-10-25"), at("2026-10-25 00:30")),
    ]
    assert missed(daily, day("2026-10-25"), at("2026-10-25 01:30")) == []  # 02:30 for the second time
    assert missed(daily, day("2026-10-26"), at("2026-10-25 01:30")) == []  # a clock that was set back


@pytest.mark.parametrize(
    ("now", "of", "due"),
    [
        ("2026-03-29 00:59", "2026-03-28", "2026-03-28 01:30"),
        ("2026-03-29 01:00", "2026-03-29", "2026-03-29 01:00"),
        ("2026-03-29 12:00", "2026-03-29", "2026-03-29 01:00"),
    ],
)
def test_the_first_time_ever_only_the_latest_day_is_due(now: str, of: str, due: str) -> None:
    assert missed(Daily("02:30", tz="Europe/Berlin"), None, at(now)) == [Due(day(of), at(due))]


@pytest.mark.parametrize(
    ("now", "of", "due"),
    [
        ("2026-03-29 00:59", "2026-03-29", "2026-03-29 01:00"),
        ("2026-03-29 01:00", "2026-03-30", "2026-03-30 00:30"),
        ("2026-10-25 00:30", "2026-10-26", "2026-10-26 01:30"),
    ],
)
def test_the_next_day_is_due(now: str, of: str, due: str) -> None:
    assert next_due(Daily("02:30", tz="Europe/Berlin"), at(now)) == Due(day(of), at(due))


@pytest.mark.parametrize(
    ("daily", "of", "deadline"),
    [
        (Daily("03:00", tz="Africa/Kigali"), "2026-05-02", None),
        (Daily("03:00", tz="Africa/Kigali", deadline="06:30"), "2026-05-02", "2026-05-02 04:30"),
        (Daily("22:00", tz="Africa/Kigali", deadline="01:00"), "2026-05-02", "2026-05-02 23:00"),
        (Daily("01:30", tz="Europe/Berlin", deadline="02:30"), "2026-03-29", "2026-03-29 01:00"),
        (Daily("01:30", tz="Europe/Berlin", deadline="02:30"), "2026-10-25", "2026-10-25 00:30"),
    ],
)
def test_files_may_come_until_the_first_such_local_time_after_the_due_time(
    daily: Daily, of: str, deadline: str | None
) -> None:
    due = due_on(daily, day(of))
    assert due is not None
    assert deadline_of(daily, Due(day(of), due)) == (deadline and at(deadline))


ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Cairo",
    "America/Sao_Paulo",
]


@given(
    zone=st.sampled_from(ZONES),
    minute=st.integers(0, 24 * 60 - 1),
    start=st.dates(date(1990, 1, 1), date(2035, 1, 1)),
)
def test_whoever_looks_every_hour_finds_each_day_once(zone: str, minute: int, start: date) -> None:
    daily = Daily(f"{minute // 60:02}:{minute % 60:02}", tz=zone)
    noon = datetime(start.year, start.month, start.day, 12, tzinfo=UTC)
    last, found = start - timedelta(days=2), []
    for hour in range(24 * 5):
        now = noon + timedelta(hours=hour)
        new = missed(daily, last, now)
        assert all(due.at <= now < next_due(daily, now).at for due in new)
        found += new
        last = found[-1].day if found else last
    assert [due.day for due in found] == sorted({due.day for due in found})
    assert [due.at for due in found] == sorted({due.at for due in found})
    assert found == missed(daily, start - timedelta(days=2), noon + timedelta(hours=24 * 5 - 1))
