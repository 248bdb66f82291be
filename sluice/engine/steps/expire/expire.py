"""The rows of one table that have expired: found without a lock, deleted in batches, counted into their inputs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import psycopg2.errors
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.connection import transaction
from sluice.engine.database.session import place, schema_and_name
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline, Table
from sluice.engine.load.target import Target
from sluice.engine.steps.removal.undo.undo import lock_tables, open_run
from sluice.errors import ConfigError, TransientError

query = statements(__name__)

PAGES = 1_024  # of one batch: 8 MiB of the table
# a batch gives way: a build that reads the table is not waited for, and nobody waits long behind the batch
_BRIEFLY = "set local lock_timeout = '1s'; set local statement_timeout = '60s'"
_PATIENT = "set local statement_timeout = '6h'"


@dataclass(frozen=True)
class Expiring:
    """A table of a pipeline whose rows expire, and the first day whose rows it keeps."""

    pipeline: Pipeline
    table: Table
    first: date

    @property
    def facts(self) -> dict[str, Any]:
        """What the ledger knows it by."""
        facts = place(self.table.name) | {"column": self.table.expire_by or "", "first": self.first}
        return facts | {"pipeline": self.pipeline.name}

    @property
    def old(self) -> sql.Composable:
        """The condition of its expired rows."""
        if self.table.expire_by is None:
            return sql.SQL("i.finished_at < %(first)s::date")
        return sql.SQL("t.{} < %(first)s::date").format(sql.Identifier(self.table.expire_by))


@dataclass(frozen=True)
class Expired:
    """What was deleted, or would be. `ended`: nothing is left; else `why` not. `left`: rows that Sluice has not loaded,
    or that are not settled, and so stay."""

    table: str
    first: date
    rows: int = 0
    batches: int = 0
    ended: bool = False
    why: str | None = None
    left: int = 0


def expiring(pipeline: Pipeline, today: date) -> list[Expiring]:
    """The tables of a pipeline whose rows expire."""
    tables = {flow.table.name: flow.table for flow in pipeline.flows}
    firsts = ((table, table.first_day_kept(today)) for table in tables.values())
    return [Expiring(pipeline, table, first) for table, first in firsts if first is not None]


def database_day() -> date:
    """Today in UTC, by the clock of the database."""
    with transaction() as cursor:
        cursor.execute("select (clock_timestamp() at time zone 'UTC')::date")
        (today,) = cursor.fetchone() or (date.min,)
    return today  # type: ignore[no-any-return]


def has_ended(of: Expiring) -> bool:
    """Whether the rows that expire on this day are deleted."""
    with transaction() as cursor:
        cursor.execute(query("has_ended"), of.facts)
        return cursor.fetchone() == (True,)


def count_expired(of: Expiring) -> Expired:
    """What would be deleted."""
    done = Expired(of.table.name, of.first)
    with transaction() as cursor:
        cursor.execute(_PATIENT)
        for part in _parts(cursor, of):
            cursor.execute(sql.SQL(query("count_expired")).format(table=part, old=of.old), {"first": of.first})
            rows, left = cursor.fetchone() or (0, 0)
            done = replace(done, rows=done.rows + rows, left=done.left + left)
    return done


def expire(of: Expiring, *, until: float, tick: Callable[[Expired], None] | None = None) -> Expired:
    """Delete what has expired, batch by batch, until `until` (of time.monotonic). What is left is deleted by the next
    call; a killed one has deleted and counted whole batches."""
    done = Expired(of.table.name, of.first)
    with transaction() as cursor:
        parts = _parts(cursor, of)
    for part in parts:
        done = _expire_part(of, part, done, until, tick)
        if done.why is not None:
            return done
    with transaction() as cursor:
        cursor.execute(query("note_expiry"), of.facts | {"rows": 0, "batches": 0, "waits_for": None})
        cursor.execute(query("end_expiry"), of.facts)
    return replace(done, ended=True)


def _expire_part(
    of: Expiring, part: sql.Composable, done: Expired, until: float, tick: Callable[[Expired], None] | None
) -> Expired:
    page = 0
    while True:
        if time.monotonic() > until:
            return replace(done, why="its time is over: the next turn goes on")
        found = _next_page(of, part, page)
        if found is None and page == 0:
            return done
        if found is None:  # a plan may have found them in another order
            page = 0
            continue
        rows, why = _delete(of, part, found)
        if why is not None:
            return replace(done, why=why)
        done = replace(done, rows=done.rows + rows, batches=done.batches + 1)
        if tick is not None:
            tick(done)
        page = found + PAGES


def _next_page(of: Expiring, part: sql.Composable, page: int) -> int | None:
    with transaction() as cursor:
        cursor.execute(_PATIENT)
        statement = sql.SQL(query("next_page")).format(table=part, old=of.old)
        cursor.execute(statement, {"from": f"({page},0)", "first": of.first})
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _delete(of: Expiring, part: sql.Composable, page: int) -> tuple[int, str | None]:
    """Delete the expired rows of some pages. Returns how many, and why not."""
    try:
        with transaction() as cursor:
            cursor.execute(_BRIEFLY)
            lock_tables(cursor, of.pipeline, [Target.of(of.table)], done="deleted")
            params = {"from": f"({page},0)", "to": f"({page + PAGES},0)", "first": of.first}
            cursor.execute(sql.SQL(query("delete_expired")).format(table=part, old=of.old), params)
            gone = dict(cursor.fetchall())
            if gone:
                cursor.execute(query("mark_expired"), {"inputs": [*gone], "rows": [*gone.values()]})
            rows = sum(gone.values())
            cursor.execute(query("note_expiry"), of.facts | {"rows": rows, "batches": 1, "waits_for": None})
            failpoint("expire.before_commit")
    except (ConfigError, TransientError, psycopg2.errors.LockNotAvailable) as error:
        return 0, _why_not(of, error)
    return rows, None


def _why_not(of: Expiring, error: Exception) -> str:
    """Why a batch has to wait; the ledger knows, too."""
    with transaction() as cursor:
        run = open_run(cursor, of.pipeline)
        cursor.execute(query("note_expiry"), of.facts | {"rows": 0, "batches": 0, "waits_for": run})
    if run is not None:
        return f"run {run} is open and may load into the table: it goes on after that"
    return f"it goes on later: {error}"


def _parts(cursor: Cursor, of: Expiring) -> list[sql.Identifier]:
    name = sql.Identifier(*schema_and_name(of.table.name)).as_string(cursor)
    cursor.execute(query("parts_of_table"), {"table": name})
    return [sql.Identifier(schema, table) for schema, table in cursor.fetchall()]
