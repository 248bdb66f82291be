"""An overview of schedules: when each was due last, the state of that, and what needs attention."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sluice.engine.database.connection import transaction
from sluice.engine.database.ledger import in_ledger
from sluice.engine.database.statements import statements
from sluice.engine.declare import After, Daily, Pipeline, Schedule
from sluice.engine.schedule.due import next_due
from sluice.engine.schedule.ticks import schedule_of

query = statements(__name__)


@dataclass(frozen=True)
class Last:
    """The last due time of a schedule. Once there is a run, `state` is its state.

    `failed` is the number of inputs that the run could not load.
    """

    due: datetime
    day: date | None
    state: str
    run: int | None
    note: str | None
    failed: int


@dataclass(frozen=True)
class Alarm:
    """A day whose files have not arrived by the deadline or since."""

    pipeline: str
    day: date
    note: str


@dataclass(frozen=True)
class Scheduled:
    """A pipeline's schedule: when it is due (`at` is the local time of a daily one), what happens to missed due times,
    the last due time, and the next, which is not known of a pipeline that comes after others."""

    pipeline: str
    schedule: str
    at: str | None
    tz: str
    catch_up: str
    deadline: str | None
    last: Last | None
    next_due: datetime | None
    next_day: date | None
    alarms: list[Alarm]


def overview(pipelines: Iterable[Pipeline], now: datetime) -> list[Scheduled]:
    """The schedules of these pipelines, sorted by name. Times are in the zone of the schedule."""
    pipelines = list(pipelines)
    declared = _declared(pipelines)
    last, missing = _last(declared), alarms(pipelines)
    schedules = []
    for name, schedule in declared.items():
        coming = None if isinstance(schedule, After) else next_due(schedule, now)
        daily = schedule if isinstance(schedule, Daily) else None
        known = last.get(name)
        schedules.append(
            Scheduled(
                pipeline=name,
                schedule=schedule.words,
                at=daily.at if daily else None,
                tz=schedule.tz,
                catch_up=schedule.catch_up,
                deadline=daily.deadline if daily else None,
                last=known and replace(known, due=known.due.astimezone(schedule.zone)),
                next_due=coming and coming.at.astimezone(schedule.zone),
                next_day=coming and coming.day,
                alarms=[each for each in missing if each.pipeline == name],
            )
        )
    return schedules


def alarms(pipelines: Iterable[Pipeline]) -> list[Alarm]:
    """Days of these pipelines whose files have not arrived by the deadline, oldest first."""
    names = {schedule_of(name): name for name in _declared(pipelines)}
    rows = _read("missing_ticks", list(names))
    return [Alarm(names[schedule], day, note) for schedule, day, note in rows]


def _declared(pipelines: Iterable[Pipeline]) -> dict[str, Schedule]:
    named = ((each.name, each.schedule) for each in pipelines if each.schedule is not None)
    return dict(sorted(named, key=lambda pair: pair[0]))


def _last(declared: Iterable[str]) -> dict[str, Last]:
    names = {schedule_of(name): name for name in declared}
    rows = _read("last_ticks", list(names))
    return {names[schedule]: Last(*facts) for schedule, *facts in rows}


def _read(name: str, schedules: list[str]) -> list[tuple[Any, ...]]:
    with transaction() as cursor:
        cursor.execute(in_ledger("select to_regclass('sluice.tick_open') is not null"))
        if cursor.fetchone() != (True,):
            return []  # nothing was ever due: there is no ledger, or one of an older version
        cursor.execute(query(name), {"schedules": schedules})
        return cursor.fetchall()
