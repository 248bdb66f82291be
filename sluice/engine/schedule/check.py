"""Checking a schedule: record due times, look for the files of open days, and register their runs.

It does not matter which process checks, or how often: a day is open until its run is registered, in one transaction. A
beat that was down, a store that does not answer or a killed worker delay a day, but none is lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime
from itertools import takewhile

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import After, Daily, Pipeline, Schedule
from sluice.engine.ledger.registration import NewInput
from sluice.engine.ledger.runs import Run
from sluice.engine.schedule import ticks
from sluice.engine.schedule.due import deadline_of
from sluice.engine.schedule.following import note_following, ready_ticks
from sluice.engine.schedule.inbox import Seen, choose, files_of, files_of_no_day, lacking
from sluice.engine.schedule.noting import note_due, tell_skipped
from sluice.engine.schedule.ticks import Tick, Verdict, schedule_of
from sluice.engine.sources.fetched import to_fetch
from sluice.errors import SluiceError

query = statements(__name__)

# registers a run of a pipeline, with these inputs and as_of, in the transaction of the cursor
Start = Callable[[Cursor, Pipeline, list[NewInput], date | None], Run]
log = logging.getLogger(__name__)
_WATCHED = "Its files are loaded by the watcher when they come, and there is nothing to build."
_LEVELS = {"started": logging.INFO, "missing_input": logging.ERROR}


def check_schedule(pipeline: Pipeline, now: datetime, start: Start) -> list[Run]:
    """Start what is due in the schedule of a pipeline at `now` (aware). Returns the runs that were registered.

    May be called at any time, by any number of processes at once. Raises DatabaseAway, ConfigError.
    """
    if pipeline.schedule is None:
        return []
    # in order: while another process works on a tick, those after it wait
    open_ticks = takewhile(lambda tick: ticks.begin_look(tick, now), _open(pipeline, pipeline.schedule, now))
    runs = [_process_tick(pipeline, pipeline.schedule, tick, now, start) for tick in open_ticks]
    return [run for run in runs if run is not None]


def begin_day(pipeline: Pipeline, day: date, start: Start) -> Run | None:
    """Register the run of a given day: with the files whose names have the day, and the derived tables.

    It is also the run of a day that waited, or was skipped. None when there is nothing to do. Raises NotHere when the
    inbox does not exist here, TransientError when its store does not answer.
    """
    seen = files_of(pipeline, day)
    with transaction() as cursor:
        inputs = choose(cursor, pipeline, day, seen)
        if not inputs and not pipeline.derived:
            return None
        run = start(cursor, pipeline, inputs, day if pipeline.dated else None)
        ticks.settle_day(cursor, schedule_of(pipeline.name), day, run)
    return run


def _open(pipeline: Pipeline, schedule: Schedule, now: datetime) -> list[Tick]:
    """Record what has become due, and return the ticks that may be started."""
    if not isinstance(schedule, After):
        note_due(pipeline, schedule, now)
        return ticks.open_ticks(schedule_of(pipeline.name))
    note_following(pipeline, schedule, now)
    ready, skipped = ready_ticks(pipeline, schedule)
    tell_skipped(pipeline, skipped, daily=False)
    return ready


def _process_tick(pipeline: Pipeline, schedule: Schedule, tick: Tick, now: datetime, start: Start) -> Run | None:
    """Look for the files of an open tick, and start its run if they are there."""
    seen: list[Seen] = []
    cannot = None
    try:
        # of a day with several due times each loads what is new since the last one
        seen = files_of(pipeline, tick.due.day, ticks.earlier_days(tick), only_new=not isinstance(schedule, Daily))
        seen += files_of_no_day(pipeline)
    except SluiceError as error:
        cannot = str(error)
    failpoint("schedule.looked")
    run = None
    with transaction() as cursor:
        if not ticks.lock_tick(cursor, tick):
            return None  # another process was faster
        inputs = choose(cursor, pipeline, tick.due.day, seen)
        lacks = cannot or _missing(pipeline, schedule, tick, inputs, seen)
        inputs += to_fetch(pipeline)
        verdict = _wait(schedule, tick, now, lacks) if lacks else _start(cursor, pipeline, tick, inputs)
        if verdict.state == "started":
            run = start(cursor, pipeline, inputs, tick.due.day if pipeline.dated else None)
        ticks.change_tick(cursor, tick, verdict, run)
        failpoint("schedule.before_commit")
    _tell(pipeline, tick, verdict, run, len(inputs))
    return run


def _missing(
    pipeline: Pipeline, schedule: Schedule, tick: Tick, inputs: list[NewInput], seen: list[Seen]
) -> str | None:
    """A sentence about files that a day with a deadline has to wait for; None if there are none."""
    waits = isinstance(schedule, Daily) and schedule.deadline is not None
    lacks = lacking(pipeline, tick.due.day, inputs, seen) if waits else []
    return f"Nothing new like {', '.join(lacks)} has come." if lacks else None


def _wait(schedule: Schedule, tick: Tick, now: datetime, why: str) -> Verdict:
    deadline = deadline_of(schedule, tick.due) if isinstance(schedule, Daily) else None
    return Verdict("waiting" if deadline is None or now < deadline else "missing_input", why)


def _start(cursor: Cursor, pipeline: Pipeline, tick: Tick, inputs: list[NewInput]) -> Verdict:
    """`started`, or `nothing` if there is nothing to load and nothing to build from."""
    if not inputs:
        cursor.execute(query("has_inputs"), {"pipeline": pipeline.name})
        if not pipeline.derived or cursor.fetchone() != (True,):
            patterns = lacking(pipeline, tick.due.day, inputs, ())
            nothing = f"Nothing new in the inbox is like {', '.join(patterns)}." if patterns else _WATCHED
            return Verdict("nothing", nothing)
    return Verdict("started")


def _tell(pipeline: Pipeline, tick: Tick, verdict: Verdict, run: Run | None, inputs: int) -> None:
    """Log the new state of a tick, once."""
    if tick.known.state == verdict.state and tick.known.note is not None:
        return
    outcome = f"run {run.id} with {inputs} inputs" if run else f"{verdict.state}: {verdict.note}"
    of = tick.due.day if isinstance(pipeline.schedule, Daily) else f"{tick.due.at:%Y-%m-%d %H:%M} UTC"
    log.log(_LEVELS.get(verdict.state, logging.WARNING), "%s of %s: %s", pipeline.name, of, outcome)
