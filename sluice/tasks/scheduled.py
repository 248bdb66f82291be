"""sluice.scheduled: sent by beat at a pipeline's due time, and by workers when a run of one before it has ended.
sluice.check_schedules: every minute, for all of them. sluice.expire: every minute, where rows expire.

The first two do the same, so that nothing depends on a single message: see sluice.engine.schedule.
"""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime

from psycopg2.extensions import cursor as Cursor

from sluice.app import app
from sluice.engine.database.connection import DatabaseAway
from sluice.engine.declare import After, Pipeline
from sluice.engine.ledger.registration import NewInput
from sluice.engine.ledger.runs import Run
from sluice.engine.schedule import begin_day, check_schedule
from sluice.engine.tables.migrate import is_current, migrate
from sluice.pipelines import all_pipelines, find
from sluice.tasks.enqueue import register_inputs
from sluice.tasks.removal.expire import expire_due
from sluice.workers.publish import publish_now
from sluice.workers.step_task import GONE

log = logging.getLogger(__name__)


@app.task(name="sluice.scheduled")
def scheduled(name: str) -> None:
    """Start what is due of one pipeline."""
    check_schedules([find(name)], datetime.now(UTC))


@app.task(name="sluice.check_schedules")
def check_all_schedules() -> None:
    """Start what is due of every pipeline, and look again for missing files."""
    check_schedules(list(all_pipelines().values()), datetime.now(UTC))


@app.task(name="sluice.expire")
def expire_rows() -> None:
    """Delete rows that are older than their tables keep them: sent by beat every minute, and done once a day."""
    expire_due(list(all_pipelines().values()))


def start_following(name: str) -> None:
    """Have the pipelines that come after this one checked now: a run of it may be done. If the message is lost, the
    check of each minute starts them."""
    for each in all_pipelines().values():
        if isinstance(each.schedule, After) and name in each.schedule.pipelines:
            try:
                scheduled.apply_async((each.name,), expires=60)
            except GONE as error:
                log.warning("%s is checked within a minute: Redis takes no message (%s)", each.name, error)


def check_schedules(pipelines: list[Pipeline], now: datetime) -> list[Run]:
    """Start what is due in these pipelines' schedules at `now` (aware). An error in one does not stop the others."""
    runs: list[Run] = []
    for pipeline in pipelines:
        if pipeline.schedule is None:
            continue
        try:
            _make_current(pipeline)
            runs += check_schedule(pipeline, now, _register)
        except DatabaseAway as error:
            log.warning("schedules are checked again when PostgreSQL answers: %s", error)
            break
        except Exception:  # the other schedules go on
            log.exception("the schedule of %s could not be checked; it is tried again", pipeline.name)
    if runs:
        publish_now()
    return runs


def enqueue_day(pipeline: Pipeline, day: date) -> Run | None:
    """Queue the run of a past day: its files, if their names have the day, and its derived tables.

    None when there is neither. Raises NotHere when the inbox does not exist here, TransientError when its store does
    not answer.
    """
    _make_current(pipeline)
    run = begin_day(pipeline, day, _register)
    if run is not None:
        publish_now()
    return run


def _make_current(pipeline: Pipeline) -> None:
    if not is_current(pipeline):
        migrate([pipeline], note=log.warning)


def _register(cursor: Cursor, pipeline: Pipeline, inputs: list[NewInput], as_of: date | None) -> Run:
    return register_inputs(cursor, pipeline, inputs, as_of=as_of)
