"""Due times by the fields of a clock: `Cron`, and `Hourly`, which is one of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.schedules.zone import CatchUp, check_catch_up, check_zone
from sluice.errors import ConfigError

_FIELDS = {"minute": "minute", "hour": "hour", "day-of-month": "day", "month": "month", "day-of-week": "weekday"}
_EXAMPLE = "'*/15 8-18 * * mon-fri'"
_SOME_DAY = date(2000, 1, 1)
_LONGEST = 28 * 366  # after 28 years the weekdays of all dates are the same again


@dataclass(frozen=True)
class Cron(Declaration):
    """Whenever the clock of the time zone `tz` (an IANA name) shows what `fields` say: five fields, `minute hour day
    month weekday`, as in a crontab (`"*/15 8-18 * * mon-fri"`). The run is for the local day (`as_of`).

    A field is `*`, a number, a name (`mon`, `jan`), a range `8-18`, a list `1,15`, or one of these with a step `*/15`;
    for the day also `L` (the last one), for the weekday `mon#1` (the first Monday) and `5L` (the last Friday). If day
    and weekday are both given, one of them has to fit, as in cron.

    A due time that the clock skips is due when the gap ends, one that it shows twice is due the first time. With `*` in
    the minute or hour (`*/15 * * * *`) the gap has no due times, and both hours have theirs. `catch_up` decides about
    due times that passed while no worker ran: `"latest"` runs the newest and skips the others, `"each"` runs every one,
    at most the 100 newest.
    """

    fields: str
    tz: str = "UTC"
    catch_up: CatchUp = "latest"

    def __post_init__(self) -> None:
        check_zone(f"Cron({self.fields!r})", self.tz)
        check_catch_up(f"Cron({self.fields!r})", self.catch_up)
        if len(self.fields.split()) != 5:
            raise ConfigError(
                f"Cron({self.fields!r}): it must have five fields, minute hour day month weekday, such as {_EXAMPLE}; "
                f"this has {len(self.fields.split())}."
            )
        try:
            parsed = self.parsed
        except CronSimError as error:
            raise ConfigError(f"Cron({self.fields!r}): {_which(str(error), self.fields)}") from None
        if not any(self.fits_day(_SOME_DAY + timedelta(days)) for days in range(_LONGEST)):
            raise ConfigError(f"Cron({self.fields!r}): no date is like {' '.join(parsed.parts[3:])}.")

    @cached_property
    def parsed(self) -> CronSim:
        """The fields as sets. Only the reading of them is the library's: see `engine/schedule/due.py`."""
        return CronSim(self.fields, datetime(2000, 1, 1, tzinfo=UTC))

    @property
    def follows_clock(self) -> bool:
        """Whether it is due at given times of day; otherwise it is due again and again, as an interval."""
        return not any(field.startswith("*") for field in self.fields.split()[:2])

    def fits_day(self, day: date) -> bool:
        """Whether a date fits the fields day, month and weekday."""
        return day.month in self.parsed.months and self.parsed.match_day(day)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.tz)

    @property
    def words(self) -> str:
        """For lists: when it is due."""
        return f"cron {self.fields} {self.tz}"


@dataclass(frozen=True)
class Hourly(Declaration):
    """Every hour, when the clock of the time zone `tz` shows `minute` (0 to 59). The run is for the local day.

    An hour that the clock shows twice has two due times, one that it skips has none. `catch_up` is that of `Cron`.
    """

    minute: int = 0
    tz: str = "UTC"
    catch_up: CatchUp = "latest"

    def __post_init__(self) -> None:
        if not 0 <= self.minute <= 59:
            raise ConfigError(f"Hourly: minute must be an integer between 0 and 59, not {self.minute}.")
        check_zone("Hourly", self.tz)
        check_catch_up("Hourly", self.catch_up)

    @cached_property
    def as_cron(self) -> Cron:
        """The same due times as a Cron."""
        return Cron(f"{self.minute} * * * *", self.tz, self.catch_up)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.tz)

    @property
    def words(self) -> str:
        """For lists: when it is due."""
        return f"hourly at :{self.minute:02} {self.tz}"


def _which(error: str, fields: str) -> str:
    """What is wrong with which field."""
    for name, given in zip(_FIELDS, fields.split(), strict=True):
        if error == f"Bad {name}":
            last = " At the end of a range Sunday is 7, as in 'mon-7'." if given.lower().endswith("-sun") else ""
            return f"the field {_FIELDS[name]} cannot be {given!r}.{last} Write five fields such as {_EXAMPLE}."
    return f"it cannot be read ({error}). Write five fields such as {_EXAMPLE}."
