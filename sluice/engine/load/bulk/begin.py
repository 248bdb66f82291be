"""How a bulk load begins: the index of the key is dropped, and `sluice.bulk` says so, in one transaction.

The other indexes of the table go, too: to write to one for each row costs more than COPY itself.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import lru_cache

import psycopg2.errors
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.base.settings import settings
from sluice.engine.database.connection import transaction
from sluice.engine.database.session import schema_and_name
from sluice.engine.database.statements import statements
from sluice.engine.ledger.parts import PartWork
from sluice.engine.load.bulk.state import Index, add_constraint, bulk_of, named, other_indexes, unique_indexes
from sluice.engine.load.target import Target
from sluice.engine.tables.catalog import table_identifier
from sluice.errors import NotAllowed, PermanentError, TransientError

query = statements(__name__)

_SHORTLY = "set local lock_timeout = '200ms'"  # of readers: the load goes on with the index


class KeyAbsent(TransientError):
    """The table has no index of its key now, and this load needs it."""


@dataclass(frozen=True)
class Unwritten:
    """What is planned, and not in the ledger yet. All are equal: a process looks once for each run."""

    files: int = field(default=0, compare=False)
    rows: int = field(default=0, compare=False)


def begin(work: PartWork, target: Target, unwritten: Unwritten = Unwritten()) -> None:
    """Begin a bulk load if this is the first load of a large run into an empty table that nothing else loads."""
    if settings().bulk_rows > 0 and not (target.partition or target.update or work.reload or work.replaces):
        _consider(work.run, work.source, target, unwritten)


@lru_cache(maxsize=64)
def _consider(run: int, source: str, target: Target, unwritten: Unwritten) -> None:
    """Begin, where that is right: each process looks once, and remembers it."""
    try:
        with transaction() as cursor:
            _begin(cursor, run, source, target, unwritten)
    except (TransientError, NotAllowed, PermanentError):  # the table is used, or something forbids it: with the index
        return
    failpoint("bulk.begun")


def forget_considered() -> None:
    """Forget for which runs this process has looked: it is to work with another database."""
    _consider.cache_clear()


def is_open(cursor: Cursor, target: Target, run: int) -> bool:
    """Whether the run loads the table without an index of its key: so it stays until this transaction ends.

    Raises KeyAbsent where another run does, or where the load needs the index.
    """
    cursor.execute(target.statement("lock_target"))
    bulk = bulk_of(cursor, target)
    if bulk is None or bulk.keyed:
        return False
    if bulk.run != run or target.update:
        raise KeyAbsent(f"Run {bulk.run} is loading {target.name} without the index of its key.")
    return True


def _begin(cursor: Cursor, run: int, source: str, target: Target, unwritten: Unwritten) -> None:
    if not _is_right(cursor, run, source, target, unwritten):
        return
    cursor.execute(_SHORTLY)
    cursor.execute(target.statement("lock_target_alone"))
    if not _is_right(cursor, run, source, target, unwritten):
        return  # another process was faster
    indexes = unique_indexes(cursor, target)  # not before: its functions fail where an index goes at the same moment
    if len(indexes) == 1 and indexes[0].plain and set(indexes[0].key) == set(target.key):
        _drop(cursor, target, indexes[0])
        _try_to_make(cursor, target, indexes[0])
        others = other_indexes(cursor, target)
        for name in others:
            cursor.execute(sql.SQL("drop index {}").format(sql.Identifier(schema_and_name(target.name)[0], name)))
        facts = {"run": run, "others": list(others.values())} | asdict(indexes[0])
        cursor.execute(query("begin"), named(target) | facts)


def _is_right(cursor: Cursor, run: int, source: str, target: Target, unwritten: Unwritten) -> bool:
    """Whether the run may load the table without its index: it is empty, and nothing else loads it."""
    params = named(target) | {"run": run, "source": source, "rows": settings().bulk_rows}
    params |= {"more_files": unwritten.files, "more_rows": unwritten.rows}
    cursor.execute(query("wanted"), params)
    if cursor.fetchone() != (True,):
        return False
    cursor.execute(target.statement("is_empty"))
    return cursor.fetchone() == (True,)


def _drop(cursor: Cursor, target: Target, index: Index) -> None:
    table = table_identifier(target.name)
    name = sql.Identifier(index.constraint or index.name)
    if index.constraint:
        statement = sql.SQL("alter table {} drop constraint {}").format(table, name)
    else:
        statement = sql.SQL("drop index {}").format(sql.Identifier(schema_and_name(target.name)[0], index.name))
    try:
        cursor.execute(statement)
    except psycopg2.errors.DependentObjectsStillExist as error:
        raise TransientError(f"Something depends on the key of {target.name}.") from error


def _try_to_make(cursor: Cursor, target: Target, index: Index) -> None:
    """Make the index of the empty table again, and undo that: what cannot be made now is not dropped."""
    cursor.execute("savepoint dropped")
    cursor.execute(index.index_sql)
    if index.constraint:
        cursor.execute(add_constraint(target, index.constraint, index.name, primary=index.primary))
    cursor.execute("rollback to savepoint dropped")
