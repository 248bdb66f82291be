"""Due times at equal intervals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.schedules.zone import CatchUp, check_catch_up, check_zone
from sluice.errors import ConfigError

SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Every(Declaration):
    """At equal intervals of one minute or more, `Every(timedelta(minutes=10))`: at the multiples of the interval since
    1970-01-01 00:00 UTC, whenever workers are started. So every 10 minutes is at :00, :10, :20 and so on.

    The run is for the day (`as_of`) in the time zone `tz`. `catch_up` is that of `Cron`.
    """

    interval: timedelta
    tz: str = "UTC"
    catch_up: CatchUp = "latest"

    def __post_init__(self) -> None:
        if not SHORTEST <= self.interval <= LONGEST or self.interval.microseconds:
            raise ConfigError(
                "Every: interval must be a timedelta of whole seconds between one minute and 366 days, "
                f"not {self.interval!r}."
            )
        check_zone("Every", self.tz)
        check_catch_up("Every", self.catch_up)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.tz)

    @property
    def words(self) -> str:
        """For lists: when it is due."""
        return f"every {self.interval}"
