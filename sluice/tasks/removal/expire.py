"""expire: rows that are older than their tables keep them are deleted, by beat each day or by the command."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable

from sluice.engine.database.connection import DatabaseAway
from sluice.engine.declare import Pipeline
from sluice.engine.steps.expire.expire import Expired, count_expired, database_day, expiring, has_ended
from sluice.engine.steps.expire.expire import expire as delete_expired
from sluice.engine.tables.migrate import is_current, migrate
from sluice.errors import SluiceError

TURN_S = 20.0  # of the task that beat sends each minute
log = logging.getLogger(__name__)


def expire_due(pipelines: Iterable[Pipeline]) -> list[Expired]:
    """Delete what has expired today, for some seconds; the next turn goes on. An error in one table does not stop the
    others."""
    until, done = time.monotonic() + TURN_S, list[Expired]()
    for pipeline in pipelines:
        if not any(flow.table.expire_after for flow in pipeline.flows):
            continue
        try:
            _make_current(pipeline)
            due = [each for each in expiring(pipeline, database_day()) if not has_ended(each)]
            done += [delete_expired(each, until=until) for each in due]
        except DatabaseAway as error:
            log.warning("rows expire when PostgreSQL answers: %s", error)
            break
        except SluiceError as error:
            log.warning("rows of %s do not expire now: %s", pipeline.name, error)
    for each in done:
        if each.rows:
            log.info("%s rows of %s from before %s have expired", each.rows, each.table, each.first)
    return done


def expire(
    pipelines: Collection[Pipeline], *, dry_run: bool = False, tick: Callable[[Expired], None] | None = None
) -> list[Expired]:
    """Delete what has expired of these pipelines' tables, to the end; with `dry_run` only count it.

    Raises ConfigError for tables that differ from their declaration, and TransientError where one is busy.
    """
    today, done = database_day(), list[Expired]()
    for pipeline in pipelines:
        if not dry_run:
            _make_current(pipeline)
        for each in expiring(pipeline, today):
            done.append(count_expired(each) if dry_run else delete_expired(each, until=float("inf"), tick=tick))
    return done


def _make_current(pipeline: Pipeline) -> None:
    if not is_current(pipeline):
        migrate([pipeline], note=log.warning)
