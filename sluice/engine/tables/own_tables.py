"""Tables that a pipeline's own code fills: created."""

from __future__ import annotations

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.declare import OwnTable
from sluice.engine.tables.catalog import columns_of, refuse_elsewhere, refuse_kind, table_identifier


def create_own(cursor: Cursor, own: OwnTable) -> list[str]:
    """Make such a table, if it is not there. Returns what was done. Raises ConfigError.

    Nothing is done if nothing is missing: a role that may only fill the table needs no other right.
    """
    refuse_kind(cursor, own.name, "table")
    if columns_of(cursor, own.name) is not None:
        return []
    refuse_elsewhere(cursor, own.name)
    columns = [_column(own, name) for name in own.columns]
    key = sql.SQL("primary key ({})").format(sql.SQL(", ").join(map(sql.Identifier, own.key)))
    body = sql.SQL(", ").join([*columns, key])
    cursor.execute(sql.SQL("create table {} ({})").format(table_identifier(own.name), body))
    return [f"Created table {own.name}."]


def _column(own: OwnTable, name: str) -> sql.Composed:
    words = own.columns[name]
    if name == own.numbered:
        words += " generated always as identity"
    elif name not in own.nullable:
        words += " not null"
    return sql.SQL("{} " + words).format(sql.Identifier(name))
