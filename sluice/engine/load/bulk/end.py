"""How a bulk load ends: the index of the key is made again, and rows that it does not allow become contenders.

Two transactions. The first one makes the index, under a lock that readers do not notice; the second one makes the
constraint, which waits for readers.
"""

from __future__ import annotations

from dataclasses import replace

import psycopg2.errors
from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.base.settings import MIB
from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.load.bulk.repeats import find_repeats
from sluice.engine.load.bulk.state import (
    Bulk,
    Index,
    add_constraint,
    bulk_of,
    named,
    other_indexes,
    unique_indexes,
)
from sluice.engine.load.target import Target
from sluice.engine.load.verdicts import count_verdicts
from sluice.engine.tables.catalog import columns_of
from sluice.errors import PermanentError, TransientError

query = statements(__name__)

_PATIENTLY = "set local lock_timeout = '2s'"  # new readers wait behind us
_BUILDING = "set local statement_timeout = '6h'; set local work_mem = '128MB'; set local default_tablespace = ''"
_MEMORY_BYTES = 256 * MIB
_MEMORY = """select set_config('maintenance_work_mem', %s / 1024 || 'kB', true)
             where %s > pg_size_bytes(current_setting('maintenance_work_mem'))"""


def make_index(target: Target) -> bool:
    """Make the index of the key again, if a bulk load of the table is open: it is over. False where there is none.

    Raises TransientError, PermanentError if rows of others have the same key.
    """
    with transaction() as cursor:
        bulk = bulk_of(cursor, target)
        if bulk is not None and not bulk.keyed:
            _restore_index(cursor, target)
    failpoint("bulk.keyed")
    return bulk is not None


def end(target: Target) -> None:
    """End the bulk load of a table, if there is one: its index is made, and its constraint.

    Raises as `make_index`, and TransientError while somebody reads the table.
    """
    if not make_index(target):
        return
    with transaction() as cursor:
        bulk = bulk_of(cursor, target, locked=True)
        if bulk is not None and bulk.keyed:  # not one that has begun meanwhile
            _restore_constraint(cursor, target, bulk)
            cursor.execute(query("ended"), named(target))


def _restore_index(cursor: Cursor, target: Target) -> None:
    """Make the index again, under a lock that loads wait for and readers do not."""
    if columns_of(cursor, target.name) is None:
        cursor.execute(query("ended"), named(target))  # the table was dropped meanwhile
        return
    _lock_from_writers(cursor, target)
    bulk = bulk_of(cursor, target)
    if bulk is None or bulk.keyed:
        return  # another process was faster
    cursor.execute(_BUILDING)
    cursor.execute(_MEMORY, (_MEMORY_BYTES, _MEMORY_BYTES))
    if not _made(cursor, target, bulk):
        _build(cursor, replace(target, key=tuple(bulk.key)), bulk)
    there = set(other_indexes(cursor, target).values())
    for index_sql in bulk.others:
        if index_sql not in there:
            cursor.execute(index_sql)
    cursor.execute(query("keyed"), named(target))
    failpoint("bulk.before_commit")


def _lock_from_writers(cursor: Cursor, target: Target) -> None:
    try:
        cursor.execute(target.statement("lock_target_from_loads"))
    except psycopg2.errors.LockNotAvailable as error:
        raise TransientError(
            f"{target.name} is being written or vacuumed: the index of its key is made when that has ended."
        ) from error


def _made(cursor: Cursor, target: Target, bulk: Bulk) -> list[Index]:
    """The indexes of the key that are there: not one that failed half way, or is for some rows only."""
    return [each for each in unique_indexes(cursor, target) if each.whole and set(each.key) == set(bulk.key)]


def _build(cursor: Cursor, target: Target, bulk: Bulk) -> None:
    if _is_built(cursor, bulk):
        return
    cursor.execute(query("rows_of_run"), {"run": bulk.run})
    (rows,) = cursor.fetchone() or (0,)
    find_repeats(cursor, target, rows=rows)
    cursor.execute(target.statement("make_contest"))
    for name in ("gather_repeats", "analyze_placed", "move_repeats"):
        cursor.execute(target.statement(name), {"run": bulk.run})
    count_verdicts(cursor)
    failpoint("bulk.moved")
    if not _is_built(cursor, bulk):
        raise PermanentError(
            f"{target.name} has rows with the same {', '.join(target.key)} that Sluice has not loaded, written "
            f"while run {bulk.run} filled the empty table. Delete all but one of them, then `sluice retry {bulk.run}`."
        )


def _is_built(cursor: Cursor, bulk: Bulk) -> bool:
    """Make the index, unless two rows have the same key."""
    cursor.execute("savepoint built")
    try:
        cursor.execute(bulk.index_sql)
    except psycopg2.errors.UniqueViolation:
        cursor.execute("rollback to savepoint built")
        return False
    return True


def _restore_constraint(cursor: Cursor, target: Target, bulk: Bulk) -> None:
    built = _made(cursor, target, bulk)
    if not built or not bulk.constraint or any(index.constraint for index in built):
        return
    statement = add_constraint(target, bulk.constraint, built[0].name, primary=bulk.primary)
    cursor.execute(_PATIENTLY)
    try:
        cursor.execute(statement)
    except psycopg2.errors.LockNotAvailable as error:
        raise TransientError(
            f"{target.name} is being read: its key becomes a constraint again when the reader has ended."
        ) from error
