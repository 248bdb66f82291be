"""Local times of a time zone to UTC, whole columns at a time.

Python's zoneinfo gives a zone's offset at one moment. From it a table of the offset's changes is built for the years
of a column (cached per process), and numpy looks the rows up in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from sluice.engine.types.base import Int64s, Mask
from sluice.errors import ConfigError

SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Change:
    """At the UTC second `at` the offset goes from `before` to `after` (seconds east of UTC)."""

    at: int
    before: int
    after: int


def check_zone(name: str) -> None:
    """Raises ConfigError unless `name` is an IANA time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(f"{name!r} is not a time zone; use an IANA name such as Africa/Nairobi.") from error


def to_utc(local: Int64s, name: str) -> tuple[Int64s, Mask | None]:
    """UTC microseconds of local ones (both since 1970-01-01 00:00), and a mask of those that do not exist.

    A local time that occurs twice, when clocks are set back, is read as the first of the two (fold=0). A time that
    clocks were set forward over gets the offset from before the change, and is marked. The mask is None if none is.
    """
    if name == "UTC" or not len(local):
        return local, None
    changes = _changes(local, name)
    at, before, after = (np.array(part, np.int64) * SECOND for part in zip(*changes, strict=True))
    # both kinds of change happen at a time of the old clock. A year's start may be out of order by the hours of a
    # change just before it, and has the same offset as that change
    borders = np.maximum.accumulate(at + before)
    low, high = _ends(local)
    first, last = (max(int(np.searchsorted(borders, end, "right")) - 1, 0) for end in (low, high))
    if low >= max(borders[first], (at + after)[first]) and (after[first : last + 1] == after[first]).all():
        return local - after[first], None
    place = np.searchsorted(borders, local, "right") - 1
    offsets = np.where(place < 0, before[0], after[place])
    gap = (local < (at + after)[place]) & (place >= 0)
    return local - np.where(gap, before[place], offsets), gap if gap.any() else None


def _ends(local: Int64s) -> tuple[int, int]:
    return int(local.min()), int(local.max())


def _changes(local: Int64s, name: str) -> list[tuple[int, int, int]]:
    """The changes of every year in the column, and of the years before and after it, in order of time."""
    lowest, highest = (int(np.datetime64(end, "us").astype("M8[Y]").astype(int)) + 1970 for end in _ends(local))
    years = set(range(lowest, highest + 1))
    if len(years) > 100:
        # one mistyped year must not build a table of centuries
        years = set((np.unique(local.astype("M8[us]").astype("M8[Y]")).astype(int) + 1970).tolist())
    near = sorted({year + step for year in years for step in (-1, 0, 1)} & set(range(1, 10_000)))
    return [(c.at, c.before, c.after) for year in near for c in _changes_of_year(name, year)]


@lru_cache(maxsize=4096)
def _changes_of_year(name: str, year: int) -> tuple[Change, ...]:
    """The offset at the start of the UTC year, as a change from itself, and the changes within it."""
    zone = ZoneInfo(name)
    moment = max(datetime(year, 1, 1, tzinfo=UTC), _FIRST)
    end = min(datetime(year, 12, 31, tzinfo=UTC), _LAST)
    offset = _offset(zone, moment)
    changes = [Change(_second(moment), offset, offset)]
    while moment <= end and moment < _LAST:
        next_offset = _offset(zone, moment + _DAY)
        if next_offset != offset:
            changes.append(Change(_turn(zone, moment, offset), offset, next_offset))
        moment, offset = moment + _DAY, next_offset
    return tuple(changes)


def _turn(zone: ZoneInfo, moment: datetime, offset: int) -> int:
    """The second after `moment`, within a day, at which the offset is no longer `offset`."""
    low, high = 0, 86_400
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, moment + timedelta(seconds=middle)) == offset:
            low = middle
        else:
            high = middle
    return _second(moment) + high


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _second(moment: datetime) -> int:
    return int((moment - _EPOCH) // timedelta(seconds=1))
