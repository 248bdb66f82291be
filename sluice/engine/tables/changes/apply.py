"""Changes made: each table in a transaction of its own, while workers load.

A change that needs the table for itself does not wait in PostgreSQL's queue for long, because loads that come after it
would wait behind it: it gives up, and tries again.
"""

from __future__ import annotations

import time

import psycopg2.errors
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.connection import transaction
from sluice.engine.database.locks import Lock, lock
from sluice.engine.database.session import place
from sluice.engine.database.statements import statements
from sluice.engine.tables.catalog import table_identifier
from sluice.engine.tables.changes.change import Allowed, Change, Refusal, TablePlan
from sluice.engine.tables.changes.concurrent import make_indexes
from sluice.engine.tables.changes.declared import Declared
from sluice.engine.tables.changes.plan import plan_of
from sluice.errors import ConfigError, TransientError

query = statements(__name__)

PAUSE_S = 1.5
# `alter table` may write a large table again; the statement of a process that was killed is cancelled soon
_ROOM = "set local statement_timeout = '6h'; set local client_connection_check_interval = '5s'"
_SHORTLY = "set local lock_timeout = '500ms'"


class TableInUse(TransientError):
    """A table cannot be changed now: others use it, or an open run has rows of it to settle."""


def change_table(declared: Declared, allowed: Allowed, wait_s: float) -> TablePlan:
    """Change a table, all or nothing, and then make its indexes. Returns what was done, refused and noted.

    Raises TableInUse after `wait_s` seconds, ConfigError.
    """
    until = time.monotonic() + wait_s
    plan = _patiently(declared, allowed, until)
    if any(not each.is_index for each in plan.changes):
        # not in the same transaction: readers would wait for the indexes, too
        try:
            plan.changes.extend(_patiently(declared, allowed, until).changes)
        except TableInUse:
            plan.left.append("Its new indexes are not made yet, because the table is in use: sluice migrate")
    if not plan.refused:
        done, left = make_indexes(declared, allowed)
        plan.changes.extend(done)
        plan.left.extend(left)
    return plan


def _patiently(declared: Declared, allowed: Allowed, until: float) -> TablePlan:
    while True:
        try:
            return _change(declared, allowed)
        except TransientError as error:
            if not _is_in_use(error):
                raise
            if time.monotonic() >= until:
                why = str(error).rstrip(".")
                raise TableInUse(
                    f"Table {declared.name} is in use and was not changed. {why}. Try again later: sluice migrate"
                ) from error
        time.sleep(PAUSE_S)


def _is_in_use(error: TransientError) -> bool:
    locked = (psycopg2.errors.LockNotAvailable, psycopg2.errors.DeadlockDetected)
    return isinstance(error, TableInUse) or isinstance(error.__cause__, locked)


def _change(declared: Declared, allowed: Allowed) -> TablePlan:
    with transaction() as cursor:
        lock(cursor, Lock.SCHEMA)
        cursor.execute(_SHORTLY)
        plan = plan_of(cursor, declared, allowed)
        _refuse_rewrites(plan, allowed)
        changes = [each for each in plan.changes if not each.concurrent]
        if plan.refused or not changes:
            return TablePlan(plan.table, [], plan.refused, plan.notes)
        cursor.execute(_ROOM)
        if any(each.settled for each in changes):
            _wait_for_settled(cursor, declared.name)
        first = [each for each in changes if not each.is_index] or changes
        for change in first:
            _make(cursor, declared.name, change)
        failpoint("migrate.before_commit")
    return TablePlan(plan.table, first, [], plan.notes)


def _refuse_rewrites(plan: TablePlan, allowed: Allowed) -> None:
    """A run that is about to begin must not block the readers of a large table."""
    if allowed.rewrite:
        return
    for change in plan.changes:
        if change.rewrites:
            plan.refused.append(
                Refusal(f"To bring it up to date {change.cost}.", "Do it when that suits: sluice migrate")
            )


def _wait_for_settled(cursor: Cursor, table: str) -> None:
    """Lock the table; raise TableInUse while an open run has rows of it to settle by the old declaration."""
    cursor.execute(sql.SQL("lock table {} in access exclusive mode").format(table_identifier(table)))
    cursor.execute(query("unsettled"), place(table))
    (run,) = cursor.fetchone() or (None,)
    if run is not None:
        raise TableInUse(f"Run {run} is open and has rows of it to settle (sluice status {run}).")


def _make(cursor: Cursor, table: str, change: Change) -> None:
    try:
        for statement in change.statements:
            cursor.execute(statement)
    except (psycopg2.errors.DependentObjectsStillExist, psycopg2.errors.FeatureNotSupported) as error:
        why = error.diag.message_primary if error.diag else str(error)
        raise ConfigError(
            f"Table {table} was not changed, because something depends on it: {why}. Drop that, run `sluice migrate`, "
            "and make it again."
        ) from error
    if change.renamed is not None:
        old, new = change.renamed
        cursor.execute(query("note_renamed"), place(table) | {"old": old, "new": new})
