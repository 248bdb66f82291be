"""What all schedules check: the time zone, and what happens to due times that were missed."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sluice.errors import ConfigError

CatchUp = Literal["latest", "each"]


def check_zone(kind: str, name: str) -> None:
    """Raise ConfigError for a name that is not a time zone's."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(f"{kind}: {name!r} is not a time zone; use an IANA name such as Africa/Nairobi.") from error


def check_catch_up(kind: str, catch_up: str) -> None:
    """Raise ConfigError for an unknown policy for missed due times."""
    if catch_up not in ("latest", "each"):
        raise ConfigError(f"{kind}: catch_up must be 'latest' or 'each', not {catch_up!r}.")
