"""Derived tables in the database: created, with their indexes and the view of the newest date."""

from __future__ import annotations

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.declare.tables.computed import AS_OF, Computed
from sluice.engine.declare.tables.derived import BUILT_AT
from sluice.engine.tables.catalog import columns_of, refuse_elsewhere, refuse_kind, table_identifier
from sluice.engine.tables.changes.views import latest_view
from sluice.engine.tables.indexes import create_indexes, create_rare_indexes


def create_derived(cursor: Cursor, derived: Computed) -> list[str]:
    """Make a derived table and its view, if the table is not there. Returns what was done. Raises ConfigError."""
    for name, wanted in zip(derived.relations, ("table", "view"), strict=False):
        refuse_kind(cursor, name, wanted)
    if columns_of(cursor, derived.name) is not None:
        return []
    refuse_elsewhere(cursor, derived.name)
    _create(cursor, derived)
    _create_indexes(cursor, derived)
    return [f"Created table {derived.name}."]


def _create_indexes(cursor: Cursor, derived: Computed) -> None:
    create_indexes(cursor, derived.name, derived.indexes, derived.key)
    create_indexes(cursor, derived.name, [derived.lookup_index(each) for each in derived.lookups])
    create_rare_indexes(cursor, derived.name, derived.rare, derived.key)


def _create(cursor: Cursor, derived: Computed) -> None:
    columns = [
        sql.SQL("{} " + pg_type + (" not null" if name in derived.key else "")).format(sql.Identifier(name))
        for name, pg_type in derived.columns.items()
    ]
    columns.append(sql.SQL("{} timestamptz not null default now()").format(sql.Identifier(BUILT_AT)))
    columns.append(sql.SQL("primary key ({})").format(sql.SQL(", ").join(map(sql.Identifier, derived.key))))
    table = table_identifier(derived.name)
    # free space in each page for updated rows: they stay in their page, and no index is written to
    create = sql.SQL("create table {} ({}) with (fillfactor = 90)")
    cursor.execute(create.format(table, sql.SQL(", ").join(columns)))
    if derived.partition_by is not None and derived.partition_by not in derived.key:
        names = [AS_OF, derived.partition_by] if derived.dated else [derived.partition_by]
        index = sql.SQL("create index on {} ({})").format(table, sql.SQL(", ").join(map(sql.Identifier, names)))
        cursor.execute(index)
    for statement in latest_view(derived).values():
        cursor.execute(statement)
