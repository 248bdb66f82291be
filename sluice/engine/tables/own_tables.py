"""Tables that a pipeline's own code fills: created, and extended by columns that were declared later."""

from __future__ import annotations

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.declare import OwnTable
from sluice.engine.tables.catalog import columns_of, refuse_elsewhere, refuse_kind, refuse_other, table_identifier


def migrate_own(cursor: Cursor, own: OwnTable) -> list[str]:
    """Bring such a table up to date. Returns what was done, a sentence each. Raises ConfigError.

    Nothing is done if nothing is missing: a role that may only fill the table needs no other right.
    """
    refuse_kind(cursor, own.name, "table")
    existing = columns_of(cursor, own.name)
    table = table_identifier(own.name)
    if existing is None:
        refuse_elsewhere(cursor, own.name)
        columns = [_column(own, name) for name in own.columns]
        key = sql.SQL("primary key ({})").format(sql.SQL(", ").join(map(sql.Identifier, own.key)))
        cursor.execute(sql.SQL("create table {} ({})").format(table, sql.SQL(", ").join([*columns, key])))
        return [f"Created table {own.name}."]
    refuse_other(cursor, own.name, own.columns, own.key)
    done = []
    for name, pg_type in own.columns.items():
        if name not in existing:  # existing rows have no value for it, so it may be null
            add = sql.SQL("alter table {} add column {} " + pg_type)
            cursor.execute(add.format(table, sql.Identifier(name)))
            done.append(f"Added column {name} to {own.name}.")
    return done


def _column(own: OwnTable, name: str) -> sql.Composed:
    words = own.columns[name]
    if name == own.numbered:
        words += " generated always as identity"
    elif name not in own.nullable:
        words += " not null"
    return sql.SQL("{} " + words).format(sql.Identifier(name))
