"""Local times as instants, also when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


def instant(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """A local time as an instant: the first if there are two, the end of the gap if there is none. None on a day that
    the zone has skipped."""
    there = datetime.combine(day, at, zone)
    found = there.astimezone(UTC)
    if local(found, zone) == datetime.combine(day, at):
        return found
    ends = _end_of_gap(there, zone)
    return ends if local(ends - _SECOND, zone).date() == day or local(ends, zone).date() == day else None


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clock of the zone shows at an instant."""
    return at.astimezone(zone).replace(tzinfo=None)


def _end_of_gap(there: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which clocks went forward over a local time (PEP 495: fold 0 and 1 are read by the offsets
    before and after, so that it lies between the two)."""
    before, after = there.replace(fold=1).astimezone(UTC), there.replace(fold=0).astimezone(UTC)
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
