"""When days are due, also when clocks change. Pure functions: the time is a parameter, the clock is never read."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sluice.engine.declare import Daily

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


class Due(NamedTuple):
    """A local day, and the instant (UTC) at which it is due."""

    day: date
    at: datetime


def due_on(schedule: Daily, day: date) -> datetime | None:
    """The instant (UTC) at which a local day is due; None for a day that the zone has skipped."""
    return _instant(day, schedule.due_time, schedule.zone)


def deadline_of(schedule: Daily, due: Due) -> datetime | None:
    """The instant (UTC) by which the files of a day must have arrived; None without a deadline."""
    if schedule.deadline_time is None:
        return None
    day = due.day if schedule.deadline_time > schedule.due_time else due.day + _DAY
    while (deadline := _instant(day, schedule.deadline_time, schedule.zone)) is None:
        day += _DAY
    return max(deadline, due.at)


def missed(schedule: Daily, after: date | None, now: datetime) -> list[Due]:
    """The days that are due at `now` (aware) and come after the day `after`, in order.

    If no day was ever recorded, that is only the latest.
    """
    today = now.astimezone(schedule.zone).date()
    day = today if after is None else after + _DAY
    days: list[Due] = []
    while day <= today:
        at = due_on(schedule, day)
        if at is not None and at <= now:
            days.append(Due(day, at))
        day += _DAY
    if after is None and not days:
        return missed(schedule, today - 3 * _DAY, now)[-1:]
    return days


def next_due(schedule: Daily, now: datetime) -> Due:
    """The first day that is due after `now` (aware)."""
    day = now.astimezone(schedule.zone).date()
    while (at := due_on(schedule, day)) is None or at <= now:
        day += _DAY
    return Due(day, at)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """A local time as an instant: the first if there are two, the end of the gap if there is none."""
    local = datetime.combine(day, at, zone)
    instant = local.astimezone(UTC)
    if _local(instant, zone) == datetime.combine(day, at):
        return instant
    ends = _end_of_gap(local, zone)
    return ends if _local(ends - _SECOND, zone).date() == day or _local(ends, zone).date() == day else None


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def _end_of_gap(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which clocks went forward over a local time (PEP 495: fold 0 and 1 are read by the offsets
    before and after, so that it lies between the two)."""
    before, after = local.replace(fold=1).astimezone(UTC), local.replace(fold=0).astimezone(UTC)
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
