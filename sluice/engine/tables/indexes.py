"""Indexes that are declared in addition to the one of the key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.session import place, schema_and_name
from sluice.engine.database.statements import statements
from sluice.engine.declare.names import LONGEST
from sluice.engine.tables.catalog import is_free, table_identifier

query = statements(__name__)


def create_indexes(cursor: Cursor, table: str, indexes: Sequence[Sequence[str]], key: Sequence[str] = ()) -> None:
    """Create one for each list of columns, followed by those of `key`. An existing one is left alone."""
    for statement in missing_indexes(cursor, table, indexes, key):
        cursor.execute(statement)


def missing_indexes(
    cursor: Cursor, table: str, indexes: Sequence[Sequence[str]], key: Sequence[str] = ()
) -> Iterator[sql.Composed]:
    """The statements that create those that are not there."""
    listed = {(*index, *(each for each in key if each not in index)): "_".join(index) for index in reversed(indexes)}
    for columns, words in reversed(listed.items()):
        if not has_index(cursor, table, columns):  # `if not exists` would lock the table
            name = f"{schema_and_name(table)[1]}_{words}_idx"
            own = len(name) <= LONGEST and is_free(cursor, _beside(table, name))
            yield _creating(table, name if own else "", columns)  # PostgreSQL chooses a free one


def create_rare_indexes(cursor: Cursor, table: str, rare: Mapping[str, str], key: Sequence[str]) -> None:
    """Create one of the rows that meet a condition, for each column, followed by those of `key`."""
    for statement in missing_rare_indexes(cursor, table, rare, key):
        cursor.execute(statement)


def missing_rare_indexes(
    cursor: Cursor, table: str, rare: Mapping[str, str], key: Sequence[str]
) -> Iterator[sql.Composed]:
    """The statements that create those that are not there.

    Existing ones are known by their names: PostgreSQL words the condition in another way.
    """
    for column, condition in rare.items():
        digest = hashlib.sha256(f"{table} {column} {condition}".encode()).hexdigest()[:8]
        name = f"{schema_and_name(table)[1]}_{column}"[: LONGEST - 13] + f"_{digest}_idx"
        if is_free(cursor, _beside(table, name)):
            yield _creating(table, name, [column, *(each for each in key if each != column)], f" where {condition}")


def has_index(cursor: Cursor, table: str, columns: Sequence[str]) -> bool:
    """Whether there is an index of exactly these columns, in their order."""
    cursor.execute(query("has_index"), place(table) | {"columns": list(columns)})
    return cursor.fetchone() == (True,)


def _beside(table: str, name: str) -> str:
    """The name of a relation in the schema of the table."""
    return f"{schema_and_name(table)[0]}.{name}"


def _creating(table: str, name: str, columns: Sequence[str], where: str = "") -> sql.Composed:
    return sql.SQL("create index {} on {} ({})" + where.replace("{", "{{").replace("}", "}}")).format(
        sql.Identifier(name) if name else sql.SQL(""),
        table_identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
    )
