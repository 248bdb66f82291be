"""build: the derived tables of a run's pipeline, in one transaction, which also ends the run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg2.errors
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.connection import transaction
from sluice.engine.database.locks import Lock, lock
from sluice.engine.database.statements import statements
from sluice.engine.declare import Computed, Derived, Pipeline, Preprocessed
from sluice.engine.derive.frames import FramesBuild
from sluice.engine.derive.select import SelectBuild
from sluice.engine.derive.table import TableBuild
from sluice.engine.ledger.run_options import options_in
from sluice.engine.ledger.steps import Claim, finish
from sluice.engine.tables.catalog import table_identifier
from sluice.engine.tables.changes.fits import naming_changed, refuse_changed, share_tables
from sluice.errors import EarlierRunOpen, OtherDeclaration, PermanentError

query = statements(__name__)

# Hash tables of millions of rows should fit; only a few builds run at once. A build may take longer than any other
# statement. The planner assumes that half of the rows are not settled and that passing a row on from a parallel process
# is expensive: by default a single process would read everything. The statement of a killed worker is cancelled soon.
_ROOM = """
set local work_mem = '128MB'; set local statement_timeout = '6h'; set local parallel_tuple_cost = 0.001;
set local client_connection_check_interval = '5s'
"""


def build_run(claim: Claim, pipeline: Pipeline) -> None:
    """Build the derived tables of the claim's run, in their order, and end the run.

    Raises EarlierRunOpen while another run has yet to settle rows that this one needs, OtherDeclaration when this
    worker has other derived tables than the run was queued with, TableChanged, LostClaim, TransientError.
    """
    with naming_changed([*(flow.table for flow in pipeline.flows), *pipeline.derived]):
        _build_run(claim, pipeline)


def _build_run(claim: Claim, pipeline: Pipeline) -> None:
    with transaction() as cursor:
        options = options_in(cursor, claim.run)
    for day in options.get("also_as_of", ()):  # of an undo; a transaction each, because each makes its temporary tables
        with transaction() as cursor:
            _build_for(cursor, pipeline, claim.run, options | {"as_of": day})
    with transaction() as cursor:
        _build_for(cursor, pipeline, claim.run, options_in(cursor, claim.run))
        cursor.execute(query("finish_run"), {"run": claim.run})
        finish(cursor, claim)
        failpoint("build.before_commit")


def _build_for(cursor: Cursor, pipeline: Pipeline, run: int, options: Mapping[str, Any]) -> None:
    """Build the derived tables for the date in the options, in the transaction of `cursor`."""
    _check_definition(pipeline, options.get("derived"))
    _wait_for_rows(cursor, pipeline, run)
    share_tables(cursor, [each.name for each in pipeline.derived])
    refuse_changed(cursor, pipeline.derived)
    cursor.execute(_ROOM)
    _update_statistics(cursor, pipeline)
    as_of = date.fromisoformat(options["as_of"]) if "as_of" in options else None
    builds: dict[str, TableBuild] = {}
    for derived in pipeline.derived:
        builds[derived.name] = _build_of(cursor, pipeline, derived, as_of, builds, refit=bool(options.get("refit")))
        with _naming(derived):
            builds[derived.name].build(run)
        _analyze_unknown(cursor, derived.name)
        if options.get("forget"):  # statistics show the most common values, those of removed rows, too
            cursor.execute(sql.SQL(query("analyze_unknown")).format(table=table_identifier(derived.name)))
        failpoint("build.built")


@contextmanager
def _naming(table: Computed) -> Iterator[None]:
    """Name the table whose SQL PostgreSQL does not understand: an unknown column or function, a wrong type."""
    try:
        yield
    except psycopg2.errors.ProgrammingError as error:
        if error.pgcode in ("42501", "42P01", "3F000") or error.diag is None:
            raise
        why = " ".join(filter(None, (f"{error.diag.message_primary}.", error.diag.message_hint)))
        raise PermanentError(
            f"Derived table {table.name}: PostgreSQL refuses its SQL ({error.pgcode}): {why} "
            "Its SELECT must give all columns of the declaration. Correct the pipeline's file, then `sluice retry`."
        ) from error


def _build_of(
    cursor: Cursor,
    pipeline: Pipeline,
    table: Computed,
    as_of: date | None,
    before: Mapping[str, TableBuild],
    *,
    refit: bool,
) -> TableBuild:
    if isinstance(table, Preprocessed):
        return FramesBuild(cursor, pipeline, table, as_of, before[table.of], refit=refit)
    if isinstance(table, Derived):
        return SelectBuild(cursor, pipeline, table, as_of)
    raise TypeError(f"A derived table must be Derived or Preprocessed, not {type(table).__name__}.")


def _update_statistics(cursor: Cursor, pipeline: Pipeline) -> None:
    """Analyze loaded tables without statistics, and summarize new blocks in the index of inputs."""
    for table in sorted(flow.table.name for flow in pipeline.flows):
        _analyze_unknown(cursor, table)
        cursor.execute(query("summarize_loaded"), {"table": table_identifier(table).as_string(cursor)})


def _analyze_unknown(cursor: Cursor, table: str) -> None:
    name = table_identifier(table)
    cursor.execute(query("is_unknown"), {"table": name.as_string(cursor)})
    if cursor.fetchone() == (True,):
        cursor.execute(sql.SQL(query("analyze_unknown")).format(table=name))


def definition_of(pipeline: Pipeline) -> str:
    """16 hex digits that change with the declaration of any of the pipeline's derived tables."""
    return hashlib.sha256("".join(each.definition for each in pipeline.derived).encode()).hexdigest()[:16]


def _check_definition(pipeline: Pipeline, registered: str | None) -> None:
    here = definition_of(pipeline)
    if registered is not None and registered != here:
        raise OtherDeclaration(
            f"The run was queued under other derived tables of {pipeline.name!r} ({registered}) than this worker has "
            f"({here}): restart the workers, or run it again."
        )


def _wait_for_rows(cursor: Cursor, pipeline: Pipeline, run: int) -> None:
    """Lock out loads that delete rows until this transaction ends; raise EarlierRunOpen if one is not settled yet."""
    for name in sorted(flow.table.name for flow in pipeline.flows):
        lock(cursor, Lock.REMOVING_ROWS, name)
    updating = [flow.source.name for flow in pipeline.flows if flow.table.updates]
    cursor.execute(query("unsettled_run"), {"pipeline": pipeline.name, "run": run, "updating": updating})
    row = cursor.fetchone()
    if row is not None and row[0] is not None:
        raise EarlierRunOpen(f"Run {row[0]} has yet to settle rows that this build needs.")
