"""Tending a schedule: due times are noted, the files of open days looked for, and their runs registered.

Whoever tends, and how often, does not matter: a day is open until, in one transaction, its run is registered. A beat
that was down, a store that is away, a worker that is killed half way cost time, and no day.
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
from sluice.engine.ledger.runs import NewInput, Run
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
_SKIPPED = Verdict("skipped", "It was missed, and a later day was due when somebody looked.")


def check_schedule(pipeline: Pipeline, now: datetime, start: Start) -> list[Run]:
    """Do all that the schedule of a pipeline asks for at `now` (aware). Returns the runs that were registered.

    May be called at any time, by any number of processes at once. Raises DatabaseAway, ConfigError.
    """
    if pipeline.schedule is None:
        return []
    _note_due(pipeline, pipeline.schedule, now)
    # in order: while somebody else is at a day, those after it wait
    open_ticks = takewhile(lambda tick: ticks.begin_look(tick, now), ticks.open_ticks(schedule_of(pipeline.name)))
    runs = [_process_tick(pipeline, pipeline.schedule, tick, now, start) for tick in open_ticks]
    return [run for run in runs if run is not None]


def begin_day(pipeline: Pipeline, day: date, start: Start) -> Run | None:
    """Register the run of a day that somebody asks for: with the files whose names have the day, and what is derived.

    A day that waited, or was skipped, has its run by that. None when there is nothing to do. Raises NotHere when the
    inbox is not there, TransientError when its store is away.
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
    """Note the days that have become due since the last one that was noted, by the policy for missed days."""
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
            why = f"Nothing new came until {due[-1].day} was due, and what comes from now on is for that day."
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
            return None  # somebody was quicker
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
    """What a day with a deadline has to wait for."""
    lacks = lacking(pipeline, tick.due.day, inputs, seen) if schedule.deadline is not None else []
    return f"Nothing new like {', '.join(lacks)} has come." if lacks else None


def _wait(schedule: Daily, tick: Tick, now: datetime, why: str) -> Verdict:
    deadline = deadline_of(schedule, tick.due)
    return Verdict("waiting" if deadline is None or now < deadline else "missing_input", why)


def _start(cursor: Cursor, pipeline: Pipeline, tick: Tick, inputs: list[NewInput]) -> Verdict:
    """A run, unless there is nothing to load, and nothing to build from."""
    if not inputs:
        cursor.execute(query("has_inputs"), {"pipeline": pipeline.name})
        if not pipeline.derived or cursor.fetchone() != (True,):
            patterns = lacking(pipeline, tick.due.day, inputs, ())
            return Verdict("nothing", f"Nothing new in the inbox is like {', '.join(patterns)}.")
    return Verdict("started")


def _tell(pipeline: Pipeline, tick: Tick, verdict: Verdict, run: Run | None, inputs: int) -> None:
    """Say what became of a day, once."""
    if tick.known.state == verdict.state and tick.known.note is not None:
        return
    outcome = f"run {run.id} with {inputs} inputs" if run else f"{verdict.state}: {verdict.note}"
    log.log(_LEVELS.get(verdict.state, logging.WARNING), "%s of %s: %s", pipeline.name, tick.due.day, outcome)
