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
from sluice.engine.declare import Daily, Pipeline
from sluice.engine.ledger.registration import NewInput
from sluice.engine.ledger.runs import Run
from sluice.engine.schedule import ticks
from sluice.engine.schedule.due import deadline_of, missed
from sluice.engine.schedule.inbox import Seen, choose, files_of, files_of_no_day, lacking, tells_days
from sluice.engine.schedule.ticks import Tick, Verdict, schedule_of
from sluice.engine.sources.fetched import to_fetch
from sluice.errors import SluiceError

query = statements(__name__)

# registers a run of a pipeline, with these inputs and as_of, in the transaction of the cursor
Start = Callable[[Cursor, Pipeline, list[NewInput], date | None], Run]
log = logging.getLogger(__name__)
_LEVELS = {"started": logging.INFO, "missing_input": logging.ERROR}
_SKIPPED = Verdict("skipped", "It was missed: a later day was due when the schedule was checked.")


def check_schedule(pipeline: Pipeline, now: datetime, start: Start) -> list[Run]:
    """Start what is due in the schedule of a pipeline at `now` (aware). Returns the runs that were registered.

    May be called at any time, by any number of processes at once. Raises DatabaseAway, ConfigError.
    """
    if pipeline.schedule is None:
        return []
    _note_due(pipeline, pipeline.schedule, now)
    # in order: while another process works on a day, those after it wait
    open_ticks = takewhile(lambda tick: ticks.begin_look(tick, now), ticks.open_ticks(schedule_of(pipeline.name)))
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


def _note_due(pipeline: Pipeline, schedule: Daily, now: datetime) -> None:
    """Record the days that have become due since the last recorded one, by the policy for missed days."""
    name = schedule_of(pipeline.name)
    latest = schedule.catch_up == "latest"
    skipped: list[date] = []
    with transaction() as cursor:
        due = missed(schedule, ticks.newest_day(cursor, name, schedule.tz), now)
        for each in due:
            verdict = _SKIPPED if latest and each != due[-1] else Verdict("waiting")
            if ticks.note_due(cursor, name, each, verdict) and verdict is _SKIPPED:
                skipped.append(each.day)
        if due and latest and not tells_days(pipeline):
            why = f"No new file came before {due[-1].day} was due; files from now on belong to that day."
            skipped += ticks.skip_older(cursor, name, due[-1], why)
    hint = ": `sluice backfill` makes up for it" if pipeline.dated or tells_days(pipeline) else ""
    for day in skipped:
        log.warning("%s of %s is skipped%s", pipeline.name, day, hint)


def _process_tick(pipeline: Pipeline, schedule: Daily, tick: Tick, now: datetime, start: Start) -> Run | None:
    """Look for the files of an open day, and start its run if they are there."""
    seen: list[Seen] = []
    cannot = None
    try:
        seen = files_of(pipeline, tick.due.day, ticks.earlier_days(tick)) + files_of_no_day(pipeline)
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


def _missing(pipeline: Pipeline, schedule: Daily, tick: Tick, inputs: list[NewInput], seen: list[Seen]) -> str | None:
    """A sentence about files that a day with a deadline has to wait for; None if there are none."""
    lacks = lacking(pipeline, tick.due.day, inputs, seen) if schedule.deadline is not None else []
    return f"Nothing new like {', '.join(lacks)} has come." if lacks else None


def _wait(schedule: Daily, tick: Tick, now: datetime, why: str) -> Verdict:
    deadline = deadline_of(schedule, tick.due)
    return Verdict("waiting" if deadline is None or now < deadline else "missing_input", why)


def _start(cursor: Cursor, pipeline: Pipeline, tick: Tick, inputs: list[NewInput]) -> Verdict:
    """`started`, or `nothing` if there is nothing to load and nothing to build from."""
    if not inputs:
        cursor.execute(query("has_inputs"), {"pipeline": pipeline.name})
        if not pipeline.derived or cursor.fetchone() != (True,):
            patterns = lacking(pipeline, tick.due.day, inputs, ())
            return Verdict("nothing", f"Nothing new in the inbox is like {', '.join(patterns)}.")
    return Verdict("started")


def _tell(pipeline: Pipeline, tick: Tick, verdict: Verdict, run: Run | None, inputs: int) -> None:
    """Log the new state of a day, once."""
    if tick.known.state == verdict.state and tick.known.note is not None:
        return
    outcome = f"run {run.id} with {inputs} inputs" if run else f"{verdict.state}: {verdict.note}"
    log.log(_LEVELS.get(verdict.state, logging.WARNING), "%s of %s: %s", pipeline.name, tick.due.day, outcome)
