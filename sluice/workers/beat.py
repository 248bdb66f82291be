"""Beat's schedule, derived from the pipelines' declarations: one entry for each pipeline with a schedule.

And one for all of them, every minute: it starts missed days, and looks again for missing files.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from celery.beat import PersistentScheduler
from celery.schedules import crontab

from sluice.app import app
from sluice.engine.declare import Daily, Pipeline
from sluice.pipelines import all_pipelines

EVERY_S = 60.0
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LocalNow:
    """The time in a zone, as a value: two entries of one zone are equal, also when read from beat's file."""

    zone: str

    def __call__(self) -> datetime:
        return datetime.now(ZoneInfo(self.zone))


class LocalCrontab(crontab):
    """A crontab in a time zone of its own, independent of the app's."""

    def __init__(self, minute: str, hour: str, zone: str) -> None:
        self.zone = zone
        super().__init__(minute=minute, hour=hour, nowfun=LocalNow(zone), app=app)

    @property
    def tz(self) -> ZoneInfo:
        """The entry's own zone."""
        return ZoneInfo(self.zone)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self._orig_minute, self._orig_hour, self.zone))


class Scheduler(PersistentScheduler):
    """Celery's own, but a file that it cannot read is recreated: Celery's exits at one that names a missing class, as a
    file of an earlier Sluice does. Nothing is lost: the state of each day is in the ledger."""

    def _open_schedule(self) -> Any:
        store = super()._open_schedule()
        try:
            store.get("entries")
        except Exception as error:  # noqa: BLE001 - a pickle may raise anything
            log.warning("beat's file %s cannot be read (%s); it is recreated", self.schedule_filename, error)
            store.close()
            self._remove_db()
            store = super()._open_schedule()
        return store


def entry(name: str, daily: Daily) -> dict[str, Any]:
    """A pipeline's entry in beat's schedule."""
    schedule = LocalCrontab(str(daily.minute), str(daily.hour), daily.tz)
    return {"task": "sluice.scheduled", "schedule": schedule, "args": (name,)}


def entries(pipelines: Mapping[str, Pipeline]) -> dict[str, dict[str, Any]]:
    """Beat's schedule for these pipelines."""
    daily = {f"{name}-daily": entry(name, each.schedule) for name, each in pipelines.items() if each.schedule}
    # a message that no worker took within its minute is replaced by the next one
    check = {"task": "sluice.check_schedules", "schedule": EVERY_S, "options": {"expires": EVERY_S}}
    return daily | {"check-schedules": check}  # also without a schedule: a pipeline may be added later


app.conf.beat_schedule = entries(all_pipelines())
