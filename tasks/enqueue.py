"""enqueue: a run and its inputs into the ledger first, then messages into Redis."""

from __future__ import annotations

import os
from collections.abc import Iterable

from pipelines import find
from sluice.engine.declare import Pipeline
from sluice.engine.inputs import inputs_of
from sluice.engine.ledger.migrate import is_current, migrate
from sluice.engine.ledger.runs import Run, register
from sluice.engine.reject_limit import RejectLimit
from tasks.parts import contract_of
from workers.publish import publish_now


def enqueue(
    pipeline: str,
    paths: Iterable[str | os.PathLike[str]],
    *,
    reload: bool = False,
    max_rejects: str | None = None,
) -> Run:
    """Queue files for a pipeline; globs, folders, zip archives and s3://... are welcome; `-` is standard input.

    Returns the run: `.wait()`, `.status()`. It is in the ledger before anything is published: when Redis is away
    it starts by itself later. `reload=True` loads files again whose content was loaded before. `max_rejects`
    (`"100"` rows, `"2%"`) is how many rejects a file may have before nothing of it is loaded. Raises ConfigError
    for an unknown pipeline or a path without a file, DatabaseAway when PostgreSQL does not answer.
    """
    declared = find(pipeline)
    return enqueue_inputs(declared, inputs_of(declared.source, paths), reload=reload, max_rejects=max_rejects)


def enqueue_inputs(
    pipeline: Pipeline, inputs: list[str], *, reload: bool = False, max_rejects: str | None = None
) -> Run:
    """Queue inputs by their addresses, which are taken as they are. As `enqueue` otherwise."""
    options: dict[str, object] = {"reload": True} if reload else {}
    if max_rejects is not None:
        options["max_rejects"] = RejectLimit(max_rejects).text
    if not is_current(pipeline):
        migrate([pipeline])
    contract = contract_of(pipeline.name)
    run = register(pipeline.name, pipeline.source.name, contract.version, inputs, options)
    publish_now()
    return run
