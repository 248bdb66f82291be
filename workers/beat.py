"""Beat's schedule, derived from the pipelines' declarations: one entry for each that says when it is due."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from celery.schedules import crontab

from pipelines import all_pipelines
from sluice.engine.declare import Daily
from workers.app import app


class LocalCrontab(crontab):
    """A crontab in a time zone of its own, whatever the app's is."""

    def __init__(self, minute: str, hour: str, zone: str, **kwargs: Any) -> None:
        self.zone = zone
        super().__init__(minute=minute, hour=hour, nowfun=self._now, **kwargs)

    def _now(self) -> datetime:
        return datetime.now(self.tz)

    @property
    def tz(self) -> ZoneInfo:
        """The entry's own zone."""
        return ZoneInfo(self.zone)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self._orig_minute, self._orig_hour, self.zone))


def entry(name: str, daily: Daily) -> dict[str, Any]:
    """A pipeline's entry in beat's schedule."""
    schedule = LocalCrontab(str(daily.minute), str(daily.hour), daily.tz)
    return {"task": "sluice.scheduled", "schedule": schedule, "args": (name,)}


app.conf.beat_schedule = {
    f"{name}-daily": entry(name, pipeline.schedule)
    for name, pipeline in all_pipelines().items()
    if pipeline.schedule is not None
}
