"""When schedules are due, also when clocks change. Pure functions: the time is a parameter, the clock is never read."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from sluice.engine.declare import Daily, Timed
from sluice.engine.schedule.clock import instant
from sluice.engine.schedule.times import times_on
from sluice.errors import ConfigError

_DAY = timedelta(days=1)
MOST = 100  # missed due times of a schedule that are recorded
_FIRST = timedelta(days=1)  # of a new schedule, an older due time does not count
_LONGEST = 29 * 366  # days; every date that a Cron may have comes within this time


class Due(NamedTuple):
    """A local day, and the instant (UTC) at which it is due."""

    day: date
    at: datetime


def due_on(schedule: Daily, day: date) -> datetime | None:
    """The instant (UTC) at which a local day is due; None for a day that the zone has skipped."""
    return instant(day, schedule.due_time, schedule.zone)


def deadline_of(schedule: Daily, due: Due) -> datetime | None:
    """The instant (UTC) by which the files of a day must have arrived; None without a deadline."""
    if schedule.deadline_time is None:
        return None
    day = due.day if schedule.deadline_time > schedule.due_time else due.day + _DAY
    while (deadline := instant(day, schedule.deadline_time, schedule.zone)) is None:
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


def missed_times(schedule: Timed, after: datetime | None, now: datetime) -> tuple[list[Due], Due | None]:
    """The due times at `now` (aware) that come after the instant `after`, in order: the newest ones, at most `MOST`;
    and the last one before these, if there are more.

    If none was ever recorded, that is only the latest, and none if it is more than a day ago.
    """
    since = now - _FIRST if after is None else after
    day, oldest = now.astimezone(schedule.zone).date(), since.astimezone(schedule.zone).date()
    found: list[Due] = []
    # from the newest day backwards: a schedule that was not checked for years has very many due times
    while day >= oldest and len(found) <= MOST:
        found = [Due(day, at) for at in times_on(schedule, day) if since < at <= now] + found
        day -= _DAY
    if after is None:
        return found[-1:], None
    return found[-MOST:], found[-MOST - 1] if len(found) > MOST else None


def next_due(schedule: Timed, now: datetime) -> Due:
    """The first due time after `now` (aware)."""
    day = now.astimezone(schedule.zone).date()
    for _ in range(_LONGEST):
        for at in times_on(schedule, day):
            if at > now:
                return Due(day, at)
        day += _DAY
    raise ConfigError(f"{schedule.words} is never due after {now:%Y-%m-%d}.")
