"""Bulk loads: a run fills an empty table without the index of its key, which is made once, when the run settles.

Keeping the index is most of what a load costs PostgreSQL. Without it COPY takes every row, also rows of one key; when
the index is made again, all rows of a key but the first become contenders, and settling decides as it always does.

`sluice.bulk` has a row for each such table, written in the transaction that drops the index and deleted in the one
that makes the constraint again. A load locks the table before it reads that row: dropping and making an index need a
stronger lock, so what the load has read stays true until it commits. Whoever finds the bulk load of another run ends
it: no run waits for another one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

import psycopg2.errors
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.base.settings import MIB, settings
from sluice.engine.database.connection import transaction
from sluice.engine.database.session import home_schema
from sluice.engine.database.statements import statements
from sluice.engine.ledger.parts import PartWork
from sluice.engine.ledger.rows import record, records
from sluice.engine.load.target import Target
from sluice.engine.load.verdicts import count_verdicts
from sluice.engine.tables.catalog import columns_of, table_identifier
from sluice.errors import NotAllowed, PermanentError, TransientError

query = statements(__name__)

_SHORTLY = "set local lock_timeout = '200ms'"  # of readers: the load goes on with the index
_PATIENTLY = "set local lock_timeout = '2s'"  # new readers wait behind us
_BUILDING = "set local statement_timeout = '6h'; set local work_mem = '128MB'"
_MEMORY_BYTES = 256 * MIB
_MEMORY = """select set_config('maintenance_work_mem', %s / 1024 || 'kB', true)
             where %s > pg_size_bytes(current_setting('maintenance_work_mem'))"""


class KeyAbsent(TransientError):
    """The table has no index of its key now, and this load needs it."""


@dataclass(frozen=True)
class _Bulk:
    """A row of `sluice.bulk`, by the columns of `bulk_state.sql`."""

    run: int
    key: list[str]
    index_sql: str
    constraint: str | None
    primary: bool
    keyed: bool


@dataclass(frozen=True)
class _Index:
    """A unique index, by the columns of `bulk_indexes.sql`. `plain`: it can be dropped and made again as it was."""

    name: str
    index_sql: str
    constraint: str | None
    primary: bool
    key: list[str]
    plain: bool


def begin(work: PartWork, target: Target) -> None:
    """Begin a bulk load if this is the first load of a large run into an empty table that nothing else loads."""
    if settings().bulk_rows > 0 and not (target.update or work.reload or work.replaces):
        _consider(work.run, work.source, target)


@lru_cache(maxsize=64)
def _consider(run: int, source: str, target: Target) -> None:
    """Begin, where that is right: asked once by each process, which remembers it."""
    try:
        with transaction() as cursor:
            _begin(cursor, run, source, target)
    except (TransientError, NotAllowed):  # somebody uses the table, or a view needs the key: with the index, then
        return
    failpoint("bulk.begun")


def forget_considered() -> None:
    """Forget for which runs this process has asked: it is to work with another database."""
    _consider.cache_clear()


def is_open(cursor: Cursor, target: Target, run: int) -> bool:
    """Whether the run loads the table without an index of its key: so it stays until this transaction ends.

    Raises KeyAbsent where another run does, or where the load needs the index.
    """
    cursor.execute(target.statement("lock_target"))
    bulk = _state(cursor, target)
    if bulk is None or bulk.keyed:
        return False
    if bulk.run != run or target.update:
        raise KeyAbsent(f"Run {bulk.run} is loading {target.name} without the index of its key.")
    return True


def make_index(target: Target) -> bool:
    """Make the index of the key again, if a bulk load of the table is open: it is over. False where there is none.

    Raises TransientError, PermanentError if rows of others have the same key.
    """
    with transaction() as cursor:
        bulk = _state(cursor, target)
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
    try:
        with transaction() as cursor:
            _restore_constraint(cursor, target)
    except TransientError as error:
        raise TransientError(
            f"{target.name} is being read: its key is declared again when the reader has ended."
        ) from error


def _begin(cursor: Cursor, run: int, source: str, target: Target) -> None:
    if not _is_right(cursor, run, source, target):
        return
    cursor.execute(_SHORTLY)
    cursor.execute(target.statement("lock_target_alone"))
    if not _is_right(cursor, run, source, target):
        return  # another process was faster
    indexes = _indexes(cursor, target)  # not before: its functions fail where an index goes at the same moment
    if len(indexes) == 1 and indexes[0].plain and set(indexes[0].key) == set(target.key):
        _drop(cursor, target, indexes[0])
        cursor.execute(query("bulk_begin"), _named(target) | {"run": run} | asdict(indexes[0]))


def _is_right(cursor: Cursor, run: int, source: str, target: Target) -> bool:
    """Whether the run may load the table without its index: it is empty, and nothing else loads it."""
    params = _named(target) | {"run": run, "source": source, "rows": settings().bulk_rows}
    cursor.execute(query("bulk_wanted"), params)
    if cursor.fetchone() != (True,):
        return False
    cursor.execute(target.statement("is_empty"))
    return cursor.fetchone() == (True,)


def _drop(cursor: Cursor, target: Target, index: _Index) -> None:
    table = table_identifier(target.name)
    name = sql.Identifier(index.constraint or index.name)
    if index.constraint:
        statement = sql.SQL("alter table {} drop constraint {}").format(table, name)
    else:
        statement = sql.SQL("drop index {}").format(sql.Identifier(home_schema(), index.name))
    try:
        cursor.execute(statement)
    except psycopg2.errors.DependentObjectsStillExist as error:
        raise TransientError(f"Something depends on the key of {target.name}.") from error


def _restore_index(cursor: Cursor, target: Target) -> None:
    """Make the index again, under a lock that loads wait for and readers do not."""
    if columns_of(cursor, target.name) is None:
        cursor.execute(query("bulk_ended"), _named(target))  # the table was dropped meanwhile
        return
    cursor.execute(target.statement("lock_target_from_loads"))
    bulk = _state(cursor, target)
    if bulk is None or bulk.keyed:
        return  # another process was faster
    if not any(set(index.key) == set(bulk.key) for index in _indexes(cursor, target)):
        cursor.execute(_BUILDING)
        cursor.execute(_MEMORY, (_MEMORY_BYTES, _MEMORY_BYTES))
        _build(cursor, replace(target, key=tuple(bulk.key)), bulk)
    cursor.execute(query("bulk_keyed"), _named(target))
    failpoint("bulk.before_commit")


def _build(cursor: Cursor, target: Target, bulk: _Bulk) -> None:
    if _is_built(cursor, bulk):
        return
    cursor.execute(target.statement("make_contest"))
    cursor.execute(target.statement("move_repeats"), {"run": bulk.run})
    count_verdicts(cursor)
    failpoint("bulk.moved")
    if not _is_built(cursor, bulk):
        raise PermanentError(
            f"{target.name} has rows with the same {', '.join(target.key)} that Sluice has not loaded, written "
            f"while run {bulk.run} filled the empty table. Delete all but one of them, then `sluice retry {bulk.run}`."
        )


def _is_built(cursor: Cursor, bulk: _Bulk) -> bool:
    """Make the index, unless two rows have the same key."""
    cursor.execute("savepoint built")
    try:
        cursor.execute(bulk.index_sql)
    except psycopg2.errors.UniqueViolation:
        cursor.execute("rollback to savepoint built")
        return False
    return True


def _restore_constraint(cursor: Cursor, target: Target) -> None:
    cursor.execute(_PATIENTLY)
    bulk = _state(cursor, target, locked=True)
    if bulk is None:
        return
    built = [index for index in _indexes(cursor, target) if set(index.key) == set(bulk.key)]
    if built and bulk.constraint and not any(index.constraint for index in built):
        kind = sql.SQL("primary key" if bulk.primary else "unique")
        statement = sql.SQL("alter table {} add constraint {} {} using index {}").format(
            table_identifier(target.name), sql.Identifier(bulk.constraint), kind, sql.Identifier(built[0].name)
        )
        cursor.execute(statement)
    cursor.execute(query("bulk_ended"), _named(target))


def _state(cursor: Cursor, target: Target, *, locked: bool = False) -> _Bulk | None:
    cursor.execute(query("bulk_state") + (" for update" if locked else ""), _named(target))
    return record(cursor, _Bulk)


def _indexes(cursor: Cursor, target: Target) -> list[_Index]:
    cursor.execute(query("bulk_indexes"), _named(target))
    return records(cursor, _Index)


def _named(target: Target) -> dict[str, Any]:
    return {"schema": home_schema(), "table": target.name}
