"""Schema changes, under an advisory lock: the ledger's numbered files, and the tables that pipelines declare.

Two processes that migrate at once run one after the other, and the second one has nothing to do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import psycopg2.errors
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.database.ledger import in_ledger
from sluice.engine.database.locks import Lock, lock
from sluice.engine.declare import Pipeline, Table
from sluice.engine.declare.tables.closed import with_closed
from sluice.engine.ledger import schema
from sluice.engine.tables.catalog import (
    columns_of,
    make_home_schema,
    make_schema,
    refuse_elsewhere,
    refuse_kind,
    table_identifier,
)
from sluice.engine.tables.changes.adopt import index_lineage
from sluice.engine.tables.changes.apply import change_table
from sluice.engine.tables.changes.change import Allowed
from sluice.engine.tables.changes.declared import Declared, declared_tables, loaded, names_of, own, tables_of
from sluice.engine.tables.changes.filled import unnumbered_partitions
from sluice.engine.tables.changes.options import check_options
from sluice.engine.tables.changes.plan import is_as_declared, plan_of
from sluice.engine.tables.changes.views import version_views
from sluice.engine.tables.derived import create_derived
from sluice.engine.tables.indexes import create_indexes
from sluice.engine.tables.own_tables import create_own
from sluice.errors import ConfigError, TransientError

_NOTHING = Allowed()
_TRIES = 10
_PAUSE_S = 0.2
_WAIT_S = 30.0  # for a table that others use


class NotMigrated(ConfigError):
    """Differences that are not changed, or not without an option. `done` is what was done before."""

    def __init__(self, sentence: str, done: Sequence[str] = ()) -> None:
        super().__init__(sentence, done)
        self.sentence, self.done = sentence, done

    def __str__(self) -> str:
        return self.sentence


def migrate(
    pipelines: list[Pipeline],
    allowed: Allowed = _NOTHING,
    *,
    wait_s: float = _WAIT_S,
    note: Callable[[str], object] | None = None,
) -> list[str]:
    """Bring the ledger and the pipelines' tables up to date. Returns what was done, a sentence each.

    `note` is called with what else there is to know of changed tables; without it, that is returned, too.

    Missing tables are made in one transaction; those that are there are changed one after the other, where nothing is
    lost by it. Workers may load meanwhile, and lock the ledger's tables in another order: after a deadlock it is done
    again. Raises NotMigrated, TableInUse.
    """
    done = _again_after_deadlocks(pipelines)
    check_options(pipelines, allowed)
    refused: list[str] = []
    for declared in _differing(pipelines, allowed):
        try:
            plan = change_table(declared, allowed, wait_s)
        except ConfigError as error:  # the other tables are changed
            refused.append(str(error))
            continue
        done += [change.done for change in plan.changes if change.done]
        for each in [*(plan.notes if plan.changes else ()), *plan.left]:
            (note or done.append)(f"{plan.table}: {each}")
        refused += [plan.sentence] if plan.refused else []
    if refused:
        raise NotMigrated(" ".join(refused), done)
    return done


def _again_after_deadlocks(pipelines: list[Pipeline]) -> list[str]:
    for _ in range(_TRIES - 1):
        try:
            return _make_missing(pipelines)
        except TransientError as error:
            if not isinstance(error.__cause__, psycopg2.errors.DeadlockDetected):
                raise
            time.sleep(_PAUSE_S)
    return _make_missing(pipelines)


def _make_missing(pipelines: list[Pipeline]) -> list[str]:
    done: list[str] = []
    with transaction() as cursor:
        lock(cursor, Lock.SCHEMA)
        done += make_home_schema(cursor)
        for name in [each for pipeline in pipelines for each in names_of(pipeline)]:
            done += make_schema(cursor, name)
        done += schema.migrate_ledger(cursor)
        for pipeline in pipelines:
            for flow in pipeline.flows:
                done += [each for table in with_closed(flow.table) for each in _create(cursor, table, flow.table)]
            for derived in pipeline.derived:
                done += create_derived(cursor, derived)
            for each in pipeline.own_tables:
                done += create_own(cursor, each)
    return done


def _differing(pipelines: list[Pipeline], allowed: Allowed) -> list[Declared]:
    """The tables, each once, about which there is something to do."""
    with transaction() as cursor:
        return [each for each in tables_of(pipelines) if plan_of(cursor, each, allowed).is_open]


def make_own_tables(pipeline: Pipeline) -> list[str]:
    """Create missing tables that the pipeline's own code fills. Returns what was done, a sentence each."""
    with transaction() as cursor:
        lock(cursor, Lock.SCHEMA)
        done = [sentence for each in pipeline.own_tables for sentence in create_own(cursor, each)]
    for each in pipeline.own_tables:
        plan = change_table(own(each), _NOTHING, _WAIT_S)
        done += [change.done for change in plan.changes if change.done]
        if plan.refused:
            raise NotMigrated(plan.sentence, done)
    return done


def is_current(pipeline: Pipeline) -> bool:
    """Whether the ledger and the pipeline's tables are up to date, by a few cheap queries."""
    with transaction() as cursor:
        return _is_ledger_current(cursor) and all(is_as_declared(cursor, each) for each in declared_tables(pipeline))


def is_new(pipeline: Pipeline) -> bool:
    """Whether only the pipeline's tables are to be made: none of them is there, and the ledger is up to date."""
    with transaction() as cursor:
        there = any(columns_of(cursor, each.name) is not None for each in declared_tables(pipeline))
        return not there and _is_ledger_current(cursor)


def _is_ledger_current(cursor: Cursor) -> bool:
    cursor.execute(in_ledger("select to_regclass('sluice.migration')"))
    if cursor.fetchone() == (None,):
        return False
    cursor.execute(in_ledger("select count(*) from sluice.migration"))
    return cursor.fetchone() == (len(schema.ledger_files()),)


def refused_by_migrate(pipeline: Pipeline) -> list[str]:
    """Sentences about the pipeline's existing tables that differ from their declarations in what `migrate` refuses."""
    with transaction() as cursor:
        return [
            f"table {each.name}: {refused.sentence}"
            for each in declared_tables(pipeline)
            if columns_of(cursor, each.name) is not None
            for refused in plan_of(cursor, each, _NOTHING).refused
        ]


def _create(cursor: Cursor, table: Table, of: Table) -> list[str]:
    refuse_kind(cursor, table.name, "table")
    if columns_of(cursor, table.name) is not None:
        return []
    refuse_elsewhere(cursor, table.name)
    declared = loaded(table, of=of)
    if why := unnumbered_partitions(cursor, declared):
        raise ConfigError(f"Table {table.name}: {why}")
    columns = [
        sql.SQL("{} " + words + (" not null" if name in declared.needed else "")).format(sql.Identifier(name))
        for name, words in declared.wanted.items()
    ]
    key = sql.SQL(", ").join(sql.Identifier(k) for k in table.identity)
    target = table_identifier(table.name)
    body = sql.SQL(", ").join([*columns, sql.SQL("primary key ({})").format(key)])
    made = sql.SQL("create table {} ({})").format(target, body)
    if table.partition_by is not None:
        made += sql.SQL(" partition by range ({})").format(sql.Identifier(table.partition_by))
    cursor.execute(made)
    cursor.execute(index_lineage(table.name))
    create_indexes(cursor, table.name, table.indexes)
    for view, statement in version_views(table).items():
        refuse_kind(cursor, view, "view")
        cursor.execute(statement)
    return [f"Created table {table.name}."]
