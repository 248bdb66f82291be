"""Derived tables in the database: created, and extended by columns that were declared later."""

from __future__ import annotations

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.declare.tables.computed import AS_OF, LATEST, Computed
from sluice.engine.declare.tables.derived import BUILT_AT
from sluice.engine.tables.catalog import columns_of, refuse_elsewhere, refuse_kind, refuse_other, table_identifier
from sluice.engine.tables.indexes import create_indexes, create_rare_indexes
from sluice.errors import ConfigError


def migrate_derived(cursor: Cursor, derived: Computed) -> list[str]:
    """Bring a derived table and its view up to date. Returns what was done, a sentence each. Raises ConfigError."""
    for name, wanted in zip(derived.relations, ("table", "view"), strict=False):
        refuse_kind(cursor, name, wanted)
    existing = columns_of(cursor, derived.name)
    if existing is None:
        refuse_elsewhere(cursor, derived.name)
        _create(cursor, derived)
        _create_indexes(cursor, derived)
        return [f"Created table {derived.name}."]
    if BUILT_AT not in existing:
        raise ConfigError(
            f"Table {derived.name} is in the database and was not made by Sluice: it has no {BUILT_AT}. "
            "Rename it, or give the derived table another name."
        )
    refuse_other(cursor, derived.name, derived.columns, derived.key)
    done = []
    for name, pg_type in derived.columns.items():
        if name not in existing:
            statement = sql.SQL("alter table {} add column {} " + pg_type)
            cursor.execute(statement.format(table_identifier(derived.name), sql.Identifier(name)))
            done.append(f"Added column {name} to {derived.name}.")
    if done:
        _create_view(cursor, derived)
    _create_indexes(cursor, derived)
    return done


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
    _create_view(cursor, derived)


def _create_view(cursor: Cursor, derived: Computed) -> None:
    """The rows of the newest date."""
    if derived.dated:
        statement = (
            "create or replace view {view} as select * from {table} where {as_of} = (select max({as_of}) from {table})"
        )
        cursor.execute(
            sql.SQL(statement).format(
                view=table_identifier(f"{derived.name}{LATEST}"),
                table=table_identifier(derived.name),
                as_of=sql.Identifier(AS_OF),
            )
        )
