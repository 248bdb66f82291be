"""Moments in UTC as the local times of a zone, whole columns at a time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from sluice.engine.types.base import Int64s
from sluice.engine.types.times.zone import SECOND

DAY = 86_400
_FIRST, _LAST = -719_161 * DAY, 2_932_894 * DAY  # 0001-01-02 and 9999-12-29: in every zone still within the calendar


def zone_of(name: str) -> tzinfo:
    """An IANA time zone, or a fixed one such as `+05:30`, which Arrow knows too. Raises ValueError, KeyError."""
    if fixed := re.fullmatch(r"([+-])(\d\d):?(\d\d)", name):
        east = timedelta(hours=int(fixed[2]), minutes=int(fixed[3]))
        return timezone(-east if fixed[1] == "-" else east)
    return ZoneInfo(name)


def to_local(utc: Int64s, zone: tzinfo) -> Int64s:
    """Microseconds in the zone's local time, of microseconds in UTC, both since 1970-01-01 00:00."""
    seconds = np.clip(utc // SECOND, _FIRST, _LAST)
    days, which = np.unique(seconds // DAY, return_inverse=True)
    first = _offsets(days * DAY, zone)
    last = _offsets((days + 1) * DAY, zone)
    offsets = first[which]
    turning = np.flatnonzero((first != last)[which])
    if len(turning):
        moments, which = np.unique(seconds[turning], return_inverse=True)
        offsets[turning] = _offsets(moments, zone)[which]
    return utc + offsets * SECOND


def _offsets(seconds: Int64s, zone: tzinfo) -> Int64s:
    return np.array([_offset(second, zone) for second in seconds.tolist()], np.int64)


@lru_cache(maxsize=1 << 14)
def _offset(second: int, zone: tzinfo) -> int:
    """Seconds east of UTC."""
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
