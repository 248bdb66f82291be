"""Indexes that are declared in addition to the one of the key."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.session import home_schema
from sluice.engine.database.statements import statements
from sluice.engine.declare.names import LONGEST
from sluice.engine.tables.catalog import is_free, table_identifier

query = statements(__name__)


def create_indexes(cursor: Cursor, table: str, indexes: Sequence[Sequence[str]], key: Sequence[str] = ()) -> None:
    """Create one for each list of columns, followed by those of `key`. An existing one is left alone."""
    for index in indexes:
        columns = [*index, *(column for column in key if column not in index)]
        if not has_index(cursor, table, columns):  # `if not exists` would lock the table
            name = f"{table}_{'_'.join(index)}_idx"
            own = len(name) <= LONGEST and is_free(cursor, name)
            statement = sql.SQL("create index {} on {} ({})").format(
                sql.Identifier(name) if own else sql.SQL(""),  # PostgreSQL chooses a free one
                table_identifier(table),
                sql.SQL(", ").join(map(sql.Identifier, columns)),
            )
            cursor.execute(statement)


def has_index(cursor: Cursor, table: str, columns: Sequence[str]) -> bool:
    """Whether there is an index of exactly these columns, in their order."""
    cursor.execute(query("has_index"), {"schema": home_schema(), "table": table, "columns": list(columns)})
    return cursor.fetchone() == (True,)
