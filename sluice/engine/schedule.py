"""Schedules: when a pipeline's runs are due, and each due time taken once, however many beats there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sluice.engine.declare import Daily
from sluice.engine.ledger.connection import transaction
from sluice.engine.ledger.queries import query


def latest_due(schedule: Daily, now: datetime) -> datetime:
    """The last due time at or before `now` (aware), in UTC.

    A local time that a day does not have (clocks go forward) is due when the gap ends; one that a day has twice
    (clocks go back) is due the first time.
    """
    zone = ZoneInfo(schedule.tz)
    day = now.astimezone(zone).date()
    for back in range(3):
        local = datetime(day.year, day.month, day.day, schedule.hour, schedule.minute, tzinfo=zone, fold=0)
        due = (local - timedelta(days=back)).replace(fold=0).astimezone(UTC)
        if due <= now:
            return due
    raise AssertionError("a daily schedule was due within the last three days")


def take_tick(schedule: str, due: datetime) -> bool:
    """Take a due time. True for the first who asks, False for every other."""
    with transaction() as cursor:
        cursor.execute(query("take_tick"), {"schedule": schedule, "due": due})
        return cursor.rowcount == 1
