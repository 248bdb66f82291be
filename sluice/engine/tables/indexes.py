"""Indexes that are declared in addition to the one of the key."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.session import place, schema_and_name
from sluice.engine.database.statements import statements
from sluice.engine.declare.names import LONGEST
from sluice.engine.tables.catalog import is_free, table_identifier

query = statements(__name__)


def create_indexes(cursor: Cursor, table: str, indexes: Sequence[Sequence[str]], key: Sequence[str] = ()) -> None:
    """Create one for each list of columns, followed by those of `key`. An existing one is left alone."""
    for index in indexes:
        columns = [*index, *(column for column in key if column not in index)]
        if not has_index(cursor, table, columns):  # `if not exists` would lock the table
            name = f"{schema_and_name(table)[1]}_{'_'.join(index)}_idx"
            own = len(name) <= LONGEST and is_free(cursor, _beside(table, name))
            _create(cursor, table, name if own else "", columns)  # PostgreSQL chooses a free one


def create_rare_indexes(cursor: Cursor, table: str, rare: Mapping[str, str], key: Sequence[str]) -> None:
    """Create one of the rows that meet a condition, for each column, followed by those of `key`.

    Existing ones are known by their names: PostgreSQL words the condition in another way.
    """
    for column, condition in rare.items():
        digest = hashlib.sha256(f"{table} {column} {condition}".encode()).hexdigest()[:8]
        name = f"{schema_and_name(table)[1]}_{column}"[: LONGEST - 13] + f"_{digest}_idx"
        if is_free(cursor, _beside(table, name)):
            columns = [column, *(each for each in key if each != column)]
            _create(cursor, table, name, columns, f" where {condition}")


def has_index(cursor: Cursor, table: str, columns: Sequence[str]) -> bool:
    """Whether there is an index of exactly these columns, in their order."""
    cursor.execute(query("has_index"), place(table) | {"columns": list(columns)})
    return cursor.fetchone() == (True,)


def _beside(table: str, name: str) -> str:
    """The name of a relation in the schema of the table."""
    return f"{schema_and_name(table)[0]}.{name}"


def _create(cursor: Cursor, table: str, name: str, columns: Sequence[str], where: str = "") -> None:
    statement = sql.SQL("create index {} on {} ({})" + where.replace("{", "{{").replace("}", "}}")).format(
        sql.Identifier(name) if name else sql.SQL(""),
        table_identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
    )
    cursor.execute(statement)
