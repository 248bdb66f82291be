"""Withdrawing a date: what was built for it is deleted from tables and ledger, as if it had never been built.

Builds of a date keep no earlier version of it, so all builds of the date are withdrawn at once. Other dates do not
depend on it. The next build of the date finds no build before it, and computes all rows. It is one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import psycopg2.errors
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.connection import transaction
from sluice.engine.database.locks import Lock, lock
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline
from sluice.engine.declare.tables.computed import AS_OF
from sluice.engine.tables.catalog import columns_of, table_identifier
from sluice.errors import ConfigError, TransientError

query = statements(__name__)

_ROOM = "set local statement_timeout = '6h'"


@dataclass(frozen=True)
class Unbuilt:
    """What is withdrawn, or would be: rows by table, statistics of preprocessed tables, builds, and their runs.

    `kept` are tables without dates, which stay as they are. `newest` is the newest date that is left.
    """

    pipeline: str
    as_of: date
    rows: dict[str, int]
    statistics: int
    builds: int
    runs: list[int]
    kept: list[str]
    newest: date | None

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing of that date."""
        return not (self.builds or self.statistics or any(self.rows.values()))

    def json(self) -> dict[str, Any]:
        """The same as mappings and lists, as `--json` prints it."""
        return asdict(self)


def unbuild(pipeline: Pipeline, as_of: date, *, dry_run: bool = False) -> Unbuilt:
    """Withdraw what was built for a date; with `dry_run` only count it. A second time there is nothing to do.

    Rows of the date go from the derived tables and from tables that the pipeline's own code fills for a date. Loaded
    rows stay, and so do tables without dates: their rows do not depend on one. Waits for a build that is under way.

    Raises ConfigError for a pipeline without dates, TransientError while a run for the date is open, or a table is
    written to for longer than the lock timeout.
    """
    if not pipeline.dated:
        raise ConfigError(
            f"{pipeline.name} builds no table for a date, so there is none to withdraw. "
            "Its next run brings its derived tables up to date."
        )
    with transaction() as cursor:
        cursor.execute(_ROOM)
        return _Withdrawal(cursor, pipeline, as_of).run(dry_run=dry_run)


class _Withdrawal:
    """The withdrawal of one date, in the transaction of `cursor`."""

    def __init__(self, cursor: Cursor, pipeline: Pipeline, as_of: date) -> None:
        self._cursor = cursor
        self._pipeline = pipeline
        self._derived = [each.name for each in pipeline.derived if each.dated]
        own = [each.name for each in pipeline.own_tables if AS_OF in each.key]
        self._own = [name for name in own if columns_of(cursor, name) is not None]
        self._as_of = as_of
        self._params = {"pipeline": pipeline.name, "derived": self._derived, "as_of": as_of}

    def run(self, *, dry_run: bool) -> Unbuilt:
        self._refuse_open_run()
        if not dry_run:
            self._lock_tables()
            self._refuse_open_run()  # one that was registered meanwhile may have built the date, or will
        built = [name for name in self._derived if columns_of(self._cursor, name) is not None]
        verb = "count" if dry_run else "delete"
        rows = {name: self._rows(f"{verb}_date", name) for name in (*built, *self._own)}
        self._cursor.execute(query(f"{verb}_statistics_of_date"), self._params)
        statistics = self._count()
        runs = self._builds(f"{verb}_builds_of_date")
        failpoint("unbuild.deleted")
        if not dry_run:
            self._cursor.execute(query("note_withdrawn"), {"runs": sorted(set(runs))})
            failpoint("unbuild.before_commit")
        return Unbuilt(
            self._pipeline.name,
            self._as_of,
            rows,
            statistics,
            len(runs),
            sorted(set(runs)),
            self._kept(),
            self._newest(),
        )

    def _refuse_open_run(self) -> None:
        self._cursor.execute(query("open_run_of_date"), self._params)
        row = self._cursor.fetchone()
        if row is not None:
            raise TransientError(
                f"Run {row[0]} of {self._pipeline.name} as of {self._as_of} is open and builds this date. "
                f"Wait for its end (sluice status {row[0]}), then withdraw the date."
            )

    def _lock_tables(self) -> None:
        """Wait for programs that write the date's rows, in the order in which they take their locks."""
        for name in self._own:
            with _naming(f"{name} is being written"):
                self._cursor.execute(sql.SQL(query("lock_writers")).format(table=table_identifier(name)))
        for name in self._derived:
            with _naming(f"{name} is being built"):
                lock(self._cursor, Lock.BUILDING, name)

    def _rows(self, statement: str, table: str) -> int:
        self._cursor.execute(sql.SQL(query(statement)).format(table=table_identifier(table)), self._params)
        return self._count()

    def _count(self) -> int:
        (number,) = self._cursor.fetchone() or (0,)
        return int(number)

    def _builds(self, statement: str) -> Sequence[int]:
        self._cursor.execute(query(statement), self._params)
        return [run for (run,) in self._cursor.fetchall()]

    def _kept(self) -> list[str]:
        undated = [each.name for each in self._pipeline.derived if not each.dated]
        return undated + [each.name for each in self._pipeline.own_tables if AS_OF not in each.key]

    def _newest(self) -> date | None:
        self._cursor.execute(query("newest_date_but_one"), self._params)
        (newest,) = self._cursor.fetchone() or (None,)
        return newest if isinstance(newest, date) else None


@contextmanager
def _naming(what: str) -> Iterator[None]:
    """Name the table whose lock another program does not release."""
    try:
        yield
    except psycopg2.errors.LockNotAvailable as error:
        raise TransientError(f"{what} by another program. Nothing was withdrawn: try again when that ends.") from error
