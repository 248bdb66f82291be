"""Hourly, Every and Cron: when they are due, also where clocks change, and what was missed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.declare import After, Cron, Every, Hourly, Timed
from sluice.engine.schedule import Due, missed_times, next_due
from sluice.engine.schedule.times import times_on
from sluice.errors import ConfigError

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # in Berlin 02:00 becomes 03:00, and 03:00 becomes 02:00


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def clock(schedule: Timed, day: date) -> list[str]:
    """The due times of a day as the local clock shows them."""
    return [f"{each.astimezone(schedule.zone):%H:%M}" for each in times_on(schedule, day)]


@pytest.mark.parametrize(
    ("fields", "day", "due"),
    [
        ("30 1-3 * * *", date(2026, 5, 1), ["01:30", "02:30", "03:30"]),
        ("30 1-3 * * *", SPRING, ["01:30", "03:00", "03:30"]),  # 02:30 when the gap ends
        ("0,30 2 * * *", SPRING, ["03:00"]),  # both when the gap ends: once
        ("30 1-3 * * *", AUTUMN, ["01:30", "02:30", "03:30"]),  # the first 02:30
        ("*/30 1-3 * * *", SPRING, ["01:00", "01:30", "03:00", "03:30"]),
        ("*/30 1-3 * * *", AUTUMN, ["01:00", "01:30", "02:00", "02:30", "02:00", "02:30", "03:00", "03:30"]),
        ("0 12 * * mon-fri", date(2026, 5, 2), []),  # a Saturday
        ("0 12 13 * fri", date(2026, 5, 1), ["12:00"]),  # a Friday: one of the two fits
        ("0 12 13 * fri", date(2026, 5, 13), ["12:00"]),
        ("0 12 L * *", date(2028, 2, 29), ["12:00"]),
        ("0 0 * * mon#1", date(2026, 6, 1), ["00:00"]),
        ("0 0 * * 7", date(2026, 5, 3), ["00:00"]),  # Sunday is 0 and 7
    ],
)
def test_a_cron_is_due_at(fields: str, day: date, due: list[str]) -> None:
    assert clock(Cron(fields, tz="Europe/Berlin"), day) == due


def test_half_an_hour_by_which_clocks_change_moves_no_due_time() -> None:
    lord_howe = Cron("*/30 2-3 * * *", tz="Australia/Lord_Howe")
    assert clock(lord_howe, date(2026, 10, 4)) == ["02:30", "03:00", "03:30"]  # there is no 02:00
    assert clock(lord_howe, date(2026, 4, 5)) == ["02:00", "02:30", "03:00", "03:30"]


def test_an_hour_that_is_shown_twice_is_due_twice_and_one_that_is_skipped_is_not() -> None:
    hourly = Hourly(5, tz="Europe/Berlin")
    assert len(times_on(hourly, SPRING)) == 23
    assert len(times_on(hourly, AUTUMN)) == 25
    assert clock(hourly, AUTUMN)[1:5] == ["01:05", "02:05", "02:05", "03:05"]


def test_an_interval_begins_at_the_same_times_wherever_it_is_computed() -> None:
    assert next_due(Every(timedelta(minutes=10)), at("2026-05-01 10:03")).at == at("2026-05-01 10:10")
    assert next_due(Every(timedelta(hours=7)), at("2026-05-01 10:10")).at == at("2026-05-01 11:00")
    assert next_due(Every(timedelta(minutes=10), tz="Asia/Tokyo"), at("2026-05-01 15:00")).day == date(2026, 5, 2)


@given(
    st.sampled_from(["*/7 * * * *", "10 */5 * * *", "0,59 0,23 * * *", "5 2 * * *"]),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
)
def test_due_times_follow_each_other_and_none_is_twice(fields: str, tz: str, start: datetime) -> None:
    schedule, found = Cron(fields, tz=tz), [start]
    for _ in range(6):
        found.append(next_due(schedule, found[-1]).at)
    assert found == sorted(set(found))
    assert [each.at for each in missed_times(schedule, start, found[-1])[0]] == found[1:]


def test_of_very_many_missed_times_the_newest_are_known() -> None:
    due, more = missed_times(Every(timedelta(minutes=1)), at("2020-01-01 00:00"), at("2026-05-01 00:00"))
    assert (len(due), more) == (100, Due(date(2026, 4, 30), at("2026-04-30 22:20")))
    assert due[-1] == Due(date(2026, 5, 1), at("2026-05-01 00:00"))
    assert due[0].at == at("2026-04-30 22:21")


def test_a_new_schedule_is_due_at_the_latest_time_of_the_last_day_only() -> None:
    friday = Cron("0 18 * * fri")
    assert missed_times(friday, None, at("2026-05-02 10:00")) == (
        [Due(date(2026, 5, 1), at("2026-05-01 18:00"))],
        None,
    )
    assert missed_times(friday, None, at("2026-05-03 10:00")) == ([], None)
    assert missed_times(Hourly(), None, at("2026-05-03 10:30"))[0] == [Due(date(2026, 5, 3), at("2026-05-03 10:00"))]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: Cron("61 * * * *"), "Cron('61 * * * *'): the field minute cannot be '61'."),
        (lambda: Cron("0 0 * * funday"), "Cron('0 0 * * funday'): the field weekday cannot be 'funday'."),
        (lambda: Cron("0 0 * * mon-sun"), "cannot be 'mon-sun'. At the end of a range Sunday is 7, as in 'mon-7'."),
        (lambda: Cron("* * * *"), "it must have five fields, minute hour day month weekday, such as"),
        (lambda: Cron("0 0 30 2 *"), "the field day cannot be '30'."),
        (
            lambda: Cron("0 0 * * *", tz="Berlin"),
            "'Berlin' is not a time zone; use an IANA name such as Africa/Nairobi.",
        ),
        (lambda: Cron("0 0 * * *", catch_up="all"), "catch_up must be 'latest' or 'each', not 'all'."),  # type: ignore[arg-type]
        (lambda: Hourly(60), "Hourly: minute must be an integer between 0 and 59, not 60."),
        (
            lambda: Every(timedelta(seconds=30)),
            "Every: interval must be a timedelta of whole seconds between one minute",
        ),
        (After, 'After: name one pipeline or several: After("clicks").'),
        (lambda: After("a", "a"), "After: 'a' is named twice."),
        (lambda: After("A b"), "After 'A b': a name must have at most 59 lower-case letters, digits and _"),
    ],
)
def test_a_mistake_is_named_with_its_rule(wrong: object, says: str) -> None:
    with pytest.raises(ConfigError) as refused:
        wrong()  # type: ignore[operator]
    assert says in str(refused.value)


def test_a_zone_is_that_of_the_clock() -> None:
    assert Cron("0 8 * * *", tz="Europe/Berlin").zone == ZoneInfo("Europe/Berlin")
    assert next_due(Cron("0 8 * * *", tz="Europe/Berlin"), at("2026-05-01 00:00")).at == at("2026-05-01 06:00")
