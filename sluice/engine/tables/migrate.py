"""Schema changes, under an advisory lock: the ledger's numbered files, and the tables that pipelines declare.

Two processes that migrate at once run one after the other, and the second one has nothing to do.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import psycopg2.errors
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.database.locks import Lock, lock
from sluice.engine.database.session import home_schema, schema_and_name
from sluice.engine.declare import LINEAGE, Pipeline, Table
from sluice.engine.declare.tables.derived import BUILT_AT
from sluice.engine.ledger import schema
from sluice.engine.tables.catalog import (
    columns_of,
    disagreements,
    make_schema,
    refuse_elsewhere,
    refuse_kind,
    refuse_other,
    table_identifier,
)
from sluice.engine.tables.derived import migrate_derived
from sluice.engine.tables.indexes import create_indexes
from sluice.engine.tables.own_tables import migrate_own
from sluice.errors import ConfigError, TransientError

_FOREIGN = (
    "It is in the database and was not made by Sluice: it has no _input_id and _line. With adopt=True `sluice migrate`"
    " adds them, and an index, and loads go into it; or give the declared table another name."
)
_TRIES = 10
_PAUSE_S = 0.2


def migrate(pipelines: list[Pipeline]) -> list[str]:
    """Bring the ledger and the pipelines' tables up to date. Returns what was done, a sentence each.

    Workers may load meanwhile, and lock the ledger's tables in another order: after a deadlock it is done again.
    """
    for _ in range(_TRIES - 1):
        try:
            return _migrate(pipelines)
        except TransientError as error:
            if not isinstance(error.__cause__, psycopg2.errors.DeadlockDetected):
                raise
            time.sleep(_PAUSE_S)
    return _migrate(pipelines)


def _migrate(pipelines: list[Pipeline]) -> list[str]:
    done: list[str] = []
    with transaction() as cursor:
        lock(cursor, Lock.SCHEMA)
        _refuse_missing_schema(cursor)
        for name in [each for pipeline in pipelines for each in _names(pipeline)]:
            done += make_schema(cursor, name)
        done += schema.migrate_ledger(cursor)
        for pipeline in pipelines:
            for flow in pipeline.flows:
                done += _migrate_table(cursor, flow.table)
            for derived in pipeline.derived:
                done += migrate_derived(cursor, derived)
            for own in pipeline.own_tables:
                done += migrate_own(cursor, own)
    return done


def make_own_tables(pipeline: Pipeline) -> list[str]:
    """Create missing tables that the pipeline's own code fills. Returns what was done, a sentence each."""
    with transaction() as cursor:
        lock(cursor, Lock.SCHEMA)
        return [sentence for own in pipeline.own_tables for sentence in migrate_own(cursor, own)]


def is_current(pipeline: Pipeline) -> bool:
    """Whether the ledger and the pipeline's tables are up to date, by a few cheap queries."""
    with transaction() as cursor:
        return _is_ledger_current(cursor) and all(_is_as_declared(cursor, each) for each in _tables(pipeline))


def is_new(pipeline: Pipeline) -> bool:
    """Whether only the pipeline's tables are to be made: none of them is there, and the ledger is up to date."""
    with transaction() as cursor:
        there = any(columns_of(cursor, each.name) is not None for each in _tables(pipeline))
        return not there and _is_ledger_current(cursor)


def _is_ledger_current(cursor: Cursor) -> bool:
    cursor.execute("select to_regclass('sluice.migration')")
    if cursor.fetchone() == (None,):
        return False
    cursor.execute("select count(*) from sluice.migration")
    return cursor.fetchone() == (len(schema.ledger_files()),)


def refused_by_migrate(pipeline: Pipeline) -> list[str]:
    """Sentences about the pipeline's existing tables that differ from their declarations in what `migrate` refuses."""
    with transaction() as cursor:
        return [
            f"table {each.name}: {sentence}"
            for each in _tables(pipeline)
            if columns_of(cursor, each.name) is not None
            for sentence in _refused(cursor, each)
        ]


def _refused(cursor: Cursor, table: _Declared) -> list[str]:
    if table.foreign is not None and not set(LINEAGE) <= set(columns_of(cursor, table.name) or ()):
        return [] if table.foreign else [_FOREIGN]
    return list(disagreements(cursor, table.name, table.types, table.key))


def _names(pipeline: Pipeline) -> list[str]:
    """The names of its tables. Raises ConfigError where two are one table, named with the schema and without."""
    names = [each.name for each in _tables(pipeline)]
    seen: dict[tuple[str, str], str] = {}
    for name in names:
        other = seen.setdefault(schema_and_name(name), name)
        if other != name:
            raise ConfigError(
                f"Pipeline {pipeline.name!r}: {other!r} and {name!r} are one table, since {home_schema()} is the schema"
                " of SLUICE_SEARCH_PATH: give each a name of its own."
            )
    return names


class _Declared(NamedTuple):
    """A table of a pipeline: all columns it must have, and the types and the key that are compared."""

    name: str
    columns: frozenset[str]
    types: Mapping[str, str]
    key: Sequence[str]
    foreign: bool | None = None
    """Of a loaded table: whether one that Sluice has not made may be taken."""


def _tables(pipeline: Pipeline) -> Iterator[_Declared]:
    for flow in pipeline.flows:
        yield _Declared(
            flow.table.name, frozenset(_wanted(flow.table)), _types(flow.table), flow.table.identity, flow.table.adopt
        )
    for derived in pipeline.derived:
        yield _Declared(derived.name, frozenset({*derived.names, BUILT_AT}), derived.columns, derived.key)
    for own in pipeline.own_tables:
        yield _Declared(own.name, frozenset(own.columns), own.columns, own.key)


def _is_as_declared(cursor: Cursor, table: _Declared) -> bool:
    there = columns_of(cursor, table.name)
    if there is None or not table.columns <= set(there):
        return False
    return not any(disagreements(cursor, table.name, table.types, table.key))


def _refuse_missing_schema(cursor: Cursor) -> None:
    cursor.execute("select exists (select from pg_namespace where nspname = %s)", (home_schema(),))
    if cursor.fetchone() == (False,):
        raise ConfigError(
            f"The schema {home_schema()} of SLUICE_SEARCH_PATH does not exist: create it, or name another."
        )


def _types(table: Table) -> dict[str, str]:
    """Column name -> type, of the columns that are loaded."""
    return {c.name: c.type.pg_type for c in table.columns}


def _wanted(table: Table) -> dict[str, str]:
    """Column name -> the type of its declaration, in order."""
    wanted = _types(table)
    wanted |= {g.name: f"{g.pg_type} generated always as ({g.expression}) stored" for g in table.generated}
    return wanted | {"_input_id": "bigint", "_line": "bigint"}


def _migrate_table(cursor: Cursor, table: Table) -> list[str]:
    refuse_kind(cursor, table.name, "table")
    existing = columns_of(cursor, table.name)
    if existing is None:
        refuse_elsewhere(cursor, table.name)
        _create(cursor, table)
        return [f"Created table {table.name}."]
    done = []
    if not set(LINEAGE) <= set(existing):
        if not table.adopt:
            raise ConfigError(f"Table {table.name}: {_FOREIGN}")
        done = _adopt(cursor, table, existing)
        existing = columns_of(cursor, table.name) or {}
    refuse_other(cursor, table.name, _types(table), table.identity)
    for name, declared in _wanted(table).items():
        if name not in existing:
            statement = sql.SQL("alter table {} add column {} " + declared)
            cursor.execute(statement.format(table_identifier(table.name), sql.Identifier(name)))
            done.append(f"Added column {name} to {table.name}.")
    create_indexes(cursor, table.name, table.indexes)
    return done


def _adopt(cursor: Cursor, table: Table, existing: Mapping[str, str]) -> list[str]:
    """Add to a table that Sluice has not made what loads need; its rows have null there."""
    target = table_identifier(table.name)
    for name in LINEAGE:
        if name not in existing:
            cursor.execute(sql.SQL("alter table {} add column {} bigint").format(target, sql.Identifier(name)))
    if table.key is None:
        cursor.execute(sql.SQL("create unique index on {} (_input_id, _line)").format(target))
    _index_lineage(cursor, target)
    return [f"Added columns {' and '.join(LINEAGE)} to {table.name}, which was not made by Sluice (adopt=True)."]


def _create(cursor: Cursor, table: Table) -> None:
    not_null = {c.name for c in table.columns if c.required} | {"_input_id", "_line"}
    columns = [
        sql.SQL("{} " + declared + (" not null" if name in not_null else "")).format(sql.Identifier(name))
        for name, declared in _wanted(table).items()
    ]
    key = sql.SQL(", ").join(sql.Identifier(k) for k in table.identity)
    target = table_identifier(table.name)
    body = sql.SQL(", ").join([*columns, sql.SQL("primary key ({})").format(key)])
    cursor.execute(sql.SQL("create table {} ({})").format(target, body))
    _index_lineage(cursor, target)
    create_indexes(cursor, table.name, table.indexes)


def _index_lineage(cursor: Cursor, target: sql.Identifier) -> None:
    # an input's lines are stored together: a part is found without reading the table, and the index is tiny
    index = "create index on {} using brin (_input_id, _line) with (pages_per_range = 32, autosummarize = on)"
    cursor.execute(sql.SQL(index).format(target))
