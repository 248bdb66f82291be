"""Beat's schedule, derived from the pipelines' declarations: one entry for each pipeline that is due by the clock.

And one for all of them, every minute: it starts what was missed, looks again for missing files, and for pipelines
that come after others (their workers send a message, too, when a run has ended).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from celery.beat import PersistentScheduler
from celery.schedules import BaseSchedule, crontab, schedstate

from sluice.app import app
from sluice.engine.declare import After, Daily, Pipeline, Timed
from sluice.engine.schedule.due import next_due
from sluice.engine.storage.log_text import log_printably
from sluice.errors import ConfigError
from sluice.pipelines import all_pipelines

EVERY_S = 60.0
CHECK = "check-schedules"
EXPIRE = "expire-rows"
log_printably()
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


class DueTimes(BaseSchedule):
    """The due times of a declared schedule: beat sends a message at each of them."""

    def __init__(self, declared: Timed) -> None:
        self.declared = declared
        super().__init__(nowfun=_utc_now, app=app)

    def is_due(self, last_run_at: datetime) -> schedstate:
        """Whether there was a due time since the last message, and the seconds to the next one."""
        now = self.now()
        due = next_due(self.declared, last_run_at).at <= now
        coming = next_due(self.declared, now if due else last_run_at).at
        return schedstate(is_due=due, next=max((coming - now).total_seconds(), 0))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DueTimes) and other.declared == self.declared

    def __hash__(self) -> int:
        return hash(self.declared)

    def __repr__(self) -> str:
        return f"<DueTimes: {self.declared.words}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.declared,))


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Scheduler(PersistentScheduler):
    """Celery's own, but it follows the files of pipelines while it runs, and a file that it cannot read is recreated:
    Celery's exits at one that names a missing class, as a file of an earlier Sluice does. Nothing is lost: the state of
    each day is in the ledger."""

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """Take over schedules that were added or changed since, then do what is due."""
        try:
            now = entries(all_pipelines()) | {CHECK: self.app.conf.beat_schedule[CHECK]}
        except ConfigError as error:
            log.warning("beat keeps the schedules that it has: %s", error)
        else:
            if now != self._entries:
                self.merge_inplace(now)
                self._entries = now
        return super().tick(*args, **kwargs)

    _entries: Mapping[str, dict[str, Any]] | None = None

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


def entry(name: str, schedule: Timed) -> dict[str, Any]:
    """A pipeline's entry in beat's schedule."""
    if isinstance(schedule, Daily):
        crontab_entry = LocalCrontab(str(schedule.minute), str(schedule.hour), schedule.tz)
        return {"task": "sluice.scheduled", "schedule": crontab_entry, "args": (name,)}
    # many a day: what no worker took within a minute is replaced by the check of each minute
    expires = {"expires": EVERY_S}
    return {"task": "sluice.scheduled", "schedule": DueTimes(schedule), "args": (name,), "options": expires}


def entries(pipelines: Mapping[str, Pipeline]) -> dict[str, dict[str, Any]]:
    """Beat's schedule for these pipelines."""
    by_clock = {
        f"{name}-daily": entry(name, each.schedule)
        for name, each in pipelines.items()
        if each.schedule is not None and not isinstance(each.schedule, After)
    }
    # a message that no worker took within its minute is replaced by the next one
    check = {"task": "sluice.check_schedules", "schedule": EVERY_S, "options": {"expires": EVERY_S}}
    expire = {"task": "sluice.expire", "schedule": EVERY_S, "options": {"expires": EVERY_S}}
    expires = any(flow.table.expire_after for each in pipelines.values() for flow in each.flows)
    # the check also without a schedule: a pipeline may be added later
    return by_clock | {CHECK: check} | ({EXPIRE: expire} if expires else {})


app.conf.beat_schedule = entries(all_pipelines())
