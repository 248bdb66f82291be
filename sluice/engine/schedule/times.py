"""The due times of a schedule on one local day.

The library of Cron only reads its fields. When the clock shows them is computed here, by the rules of `Daily`: of
version 2.8 the half hour by which Lord Howe changes its clocks moves due times of an interval by as much.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from sluice.engine.declare import Cron, Daily, Every, Hourly, Timed
from sluice.engine.schedule.clock import instant, local

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_WIDEST = timedelta(hours=27)  # UTC is at most so far away from a local time, and a day so much longer


def times_on(schedule: Timed, day: date) -> list[datetime]:
    """The instants (UTC) of a local day at which the schedule is due, in order, each once."""
    if isinstance(schedule, Daily):
        at = instant(day, schedule.due_time, schedule.zone)
        return [] if at is None else [at]
    if isinstance(schedule, Every):
        return list(_multiples(schedule, day))
    cron = schedule.as_cron if isinstance(schedule, Hourly) else schedule
    if not cron.fits_day(day):
        return []
    return sorted(set(_given(cron, day) if cron.follows_clock else _shown(cron, day)))


def _given(cron: Cron, day: date) -> Iterator[datetime]:
    """Given times of day: skipped ones when the gap ends, repeated ones the first time."""
    for hour in sorted(cron.parsed.hours):
        for minute in sorted(cron.parsed.minutes):
            at = instant(day, time(hour, minute), cron.zone)
            if at is not None:
                yield at


def _shown(cron: Cron, day: date) -> Iterator[datetime]:
    """Whenever the clock shows them: a minute that it shows twice counts twice."""
    middle = datetime.combine(day, time(12), UTC)
    at = middle - _WIDEST
    while at <= middle + _WIDEST:
        shown = local(at, cron.zone)
        if shown.date() == day and shown.hour in cron.parsed.hours and shown.minute in cron.parsed.minutes:
            yield at
        at += _MINUTE


def _multiples(every: Every, day: date) -> Iterator[datetime]:
    middle = datetime.combine(day, time(12), UTC)
    number = (middle - _WIDEST - _EPOCH) // every.interval
    while (at := _EPOCH + number * every.interval) <= middle + _WIDEST:
        if local(at, every.zone).date() == day:
            yield at
        number += 1
