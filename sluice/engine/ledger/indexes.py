"""Indexes that declarations ask for, beside the one of the key."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor


def create_indexes(cursor: Cursor, table: str, indexes: Sequence[Sequence[str]], key: Sequence[str] = ()) -> None:
    """One for each list of columns, followed by those of `key`. By name: one that is there already is left alone."""
    for index in indexes:
        name = f"{table}_{'_'.join(index)}_idx"[:63]
        cursor.execute("select to_regclass(%s) is null", (name,))  # `if not exists` would lock the table to see that
        if cursor.fetchone() == (True,):
            columns = [*index, *(column for column in key if column not in index)]
            statement = sql.SQL("create index {} on {} ({})").format(
                sql.Identifier(name), sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
            )
            cursor.execute(statement)
