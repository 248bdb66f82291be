"""Due when other pipelines are done."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from zoneinfo import ZoneInfo

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.names import check_identifier, twice
from sluice.engine.declare.schedules.zone import CatchUp, check_catch_up
from sluice.errors import ConfigError


@dataclass(frozen=True, init=False)
class After(Declaration):
    """After each scheduled run of other pipelines: `After("clicks", "visits")`. The run is for their day (`as_of`).

    A run that has failed, or whose files are missing, holds it back: `sluice schedule list` says which one it waits
    for, and after `sluice retry` it goes on by itself. Of several pipelines the first runs of a day belong together,
    then the second ones, and so on. Runs that were started by hand do not count. `catch_up="latest"` runs the newest of
    those that are ready and skips the others, `"each"` runs every one, in order.
    """

    pipelines: tuple[str, ...]
    _: KW_ONLY
    catch_up: CatchUp = "latest"

    def __init__(self, *pipelines: str, catch_up: CatchUp = "latest") -> None:
        object.__setattr__(self, "pipelines", pipelines)
        object.__setattr__(self, "catch_up", catch_up)
        if not pipelines:
            raise ConfigError('After: name one pipeline or several: After("clicks").')
        for name in pipelines:
            check_identifier("After", name)
        for name in twice(pipelines):
            raise ConfigError(f"After: {name!r} is named twice.")
        check_catch_up("After", catch_up)

    @property
    def tz(self) -> str:
        """Its days are those of the other pipelines: times are shown in UTC."""
        return "UTC"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.tz)

    @property
    def words(self) -> str:
        """For lists: when it is due."""
        return f"after {', '.join(self.pipelines)}"
