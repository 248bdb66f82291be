"""When a pipeline is due, how missed days are caught up, and the deadline for files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.schedules.zone import CatchUp, check_zone
from sluice.errors import ConfigError

_HH_MM = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True)
class Daily(Declaration):
    """Every day at `at` (HH:MM) in the time zone `tz` (an IANA name). The run is for that local day (`as_of`).

    A time that a day does not have (clocks go forward) is due when the gap ends, one that a day has twice (clocks go
    back) the first time. `catch_up` decides about days that passed while no worker ran: `"latest"` runs the newest and
    skips the others, `"each"` runs every one, in order.

    `deadline` is the local time (HH:MM, the first after `at`) by which each source must have new files; the run waits
    for them. After it, the day is `missing_input`, an alarm, and still runs when they come. Without a deadline the run
    takes the files that exist at the due time.
    """

    at: str
    tz: str = "UTC"
    catch_up: CatchUp = "latest"
    deadline: str | None = None

    def __post_init__(self) -> None:
        mistakes = list(self._mistakes())
        if mistakes:
            raise ConfigError(f"Daily({self.at!r}): " + " ".join(mistakes))
        check_zone("Daily", self.tz)

    def _mistakes(self) -> Iterator[str]:
        if not _HH_MM.fullmatch(self.at):
            yield "at must be a time HH:MM between 00:00 and 23:59."
        if self.deadline is not None and not _HH_MM.fullmatch(self.deadline):
            yield f"deadline must be a time HH:MM between 00:00 and 23:59, not {self.deadline!r}."
        if self.deadline == self.at:
            yield "deadline must differ from at: leave it out, or set a later time."
        if self.catch_up not in ("latest", "each"):
            yield f"catch_up must be 'latest' or 'each', not {self.catch_up!r}."

    @property
    def hour(self) -> int:
        return int(self.at[:2])

    @property
    def minute(self) -> int:
        return int(self.at[3:])

    @property
    def due_time(self) -> time:
        """The local time of day at which it is due."""
        return time.fromisoformat(self.at)

    @property
    def deadline_time(self) -> time | None:
        """The local time of day by which the day's files must exist."""
        return None if self.deadline is None else time.fromisoformat(self.deadline)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.tz)

    @property
    def words(self) -> str:
        """For lists: when it is due."""
        return f"daily at {self.at} {self.tz}"
