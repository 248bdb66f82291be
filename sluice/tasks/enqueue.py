"""enqueue: write a run and its inputs to the ledger, then messages to Redis."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from datetime import date
from typing import TypedDict, Unpack

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.declare import Pipeline
from sluice.engine.ledger.runs import NewInput, Run, register
from sluice.engine.sources.inputs import inputs_of
from sluice.engine.steps.build import definition_of
from sluice.engine.steps.redeclare import note_declared
from sluice.engine.steps.reject_limit import RejectLimit
from sluice.engine.tables.loaded_rows import note_targets
from sluice.engine.tables.migrate import is_current, migrate
from sluice.pipelines import declared_of, find
from sluice.workers.publish import publish_now


class RunOptions(TypedDict, total=False):
    """The options of a run, as of `enqueue`. With `refit`, the statistics of preprocessed tables' steps are computed
    again."""

    reload: bool
    max_rejects: str | None
    as_of: date | None
    allow_future: bool
    refit: bool


def enqueue(
    pipeline: str,
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
    *,
    reload: bool = False,
    max_rejects: str | None = None,
    as_of: date | None = None,
    allow_future: bool = False,
    only: Collection[str] = (),
) -> Run:
    """Queue files for a pipeline, one or several: paths, globs, folders, zip archives, s3://...; `-` is standard input.

    Sources that are not files are fetched by every run; `only` names the sources (of either kind) that this run loads.

    Returns the run: `.wait()`, `.status()`. It is in the ledger before anything is published: without Redis it starts
    later by itself. `reload=True` loads files again whose content was loaded before. `max_rejects` (`"100"` rows,
    `"2%"`) is how many rejects a file may have; above it nothing of the file is loaded. `as_of` is the date that
    derived tables are built for; a pipeline that has such tables needs it, and may then run without files. A date after
    tomorrow is refused without `allow_future`.

    Raises ConfigError for an unknown pipeline, a path without a file or a file that matches no source, DatabaseAway
    when PostgreSQL does not answer.
    """
    declared = find(pipeline)
    inputs = inputs_of(declared, [paths] if isinstance(paths, str | os.PathLike) else paths, only=only)
    return enqueue_inputs(
        declared, inputs, reload=reload, max_rejects=max_rejects, as_of=as_of, allow_future=allow_future
    )


def enqueue_inputs(
    pipeline: Pipeline,
    inputs: list[NewInput],
    **options: Unpack[RunOptions],
) -> Run:
    """Queue inputs by their addresses, which are not expanded. Otherwise as `enqueue`."""
    if not is_current(pipeline):
        migrate([pipeline])
    with transaction() as cursor:
        run = register_inputs(cursor, pipeline, inputs, **options)
    publish_now()
    return run


def register_inputs(
    cursor: Cursor,
    pipeline: Pipeline,
    inputs: list[NewInput],
    **options: Unpack[RunOptions],
) -> Run:
    """Write a run and its inputs to the ledger inside the caller's transaction, and publish nothing."""
    as_of, max_rejects = options.get("as_of"), options.get("max_rejects")
    allow_future = options.get("allow_future", False)
    pipeline.check_run(has_inputs=bool(inputs), as_of=as_of, allow_future=allow_future)
    stored: dict[str, object] = {name: True for name in ("reload", "refit") if options.get(name)}
    if max_rejects is not None:
        stored["max_rejects"] = RejectLimit(max_rejects).text
    if as_of is not None:
        stored["as_of"] = as_of.isoformat()
    if pipeline.derived:
        stored["derived"] = definition_of(pipeline)
    declared = declared_of(pipeline)
    note_declared(cursor, declared)
    run = register(cursor, pipeline.name, contracts_of(pipeline), inputs, stored, declared.revisions)
    note_targets(cursor, run.id, pipeline)
    return run


def contracts_of(pipeline: Pipeline) -> dict[str, str]:
    """The versions of the contracts of a pipeline, by source."""
    declared = declared_of(pipeline)
    return {source: declared.contract(source).version for source in declared.revisions}
