"""What `sluice.bulk` and the catalog say of a table that is, or could be, filled without the index of its key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.session import place
from sluice.engine.database.statements import statements
from sluice.engine.ledger.rows import record, records
from sluice.engine.load.target import Target
from sluice.engine.tables.catalog import table_identifier

query = statements(__name__)


@dataclass(frozen=True)
class Bulk:
    """A row of `sluice.bulk`. `index_sql` and `constraint` make the key again; `keyed`: the index is there, and so are
    the `others`."""

    run: int
    key: list[str]
    index_sql: str
    constraint: str | None
    primary: bool
    keyed: bool
    others: list[str]


@dataclass(frozen=True)
class Index:
    """A unique index of a table. `whole`: all rows differ in its columns; `plain`: it can be dropped and made again."""

    name: str
    index_sql: str
    constraint: str | None
    primary: bool
    key: list[str]
    whole: bool
    plain: bool


def bulk_of(cursor: Cursor, target: Target, *, locked: bool = False) -> Bulk | None:
    """The bulk load of a table, if there is one; `locked` until the transaction ends."""
    cursor.execute(query("state") + (" for update" if locked else ""), named(target))
    return record(cursor, Bulk)


def unique_indexes(cursor: Cursor, target: Target) -> list[Index]:
    """The unique indexes of a table, which must not be dropped meanwhile: PostgreSQL's functions would fail."""
    cursor.execute(query("indexes"), named(target))
    return records(cursor, Index)


def other_indexes(cursor: Cursor, target: Target) -> dict[str, str]:
    """The other indexes of a table, that can be made again as they were: name -> SQL."""
    cursor.execute(query("others"), named(target))
    return dict(cursor.fetchall())


def named(target: Target) -> dict[str, Any]:
    """The table's schema and name, as parameters."""
    return dict(place(target.name))


def add_constraint(target: Target, name: str, index: str, *, primary: bool) -> sql.Composed:
    """The statement that makes an index the table's constraint."""
    kind = sql.SQL("primary key" if primary else "unique")
    return sql.SQL("alter table {} add constraint {} {} using index {}").format(
        table_identifier(target.name), sql.Identifier(name), kind, sql.Identifier(index)
    )
