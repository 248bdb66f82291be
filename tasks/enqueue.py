"""enqueue: a run and its inputs into the ledger first, then messages into Redis."""

from __future__ import annotations

import os
from collections.abc import Iterable

from pipelines import find
from sluice.engine.inputs import resolve
from sluice.engine.ledger.migrate import is_current, migrate
from sluice.engine.ledger.runs import Run, register
from tasks.parts import contract_of
from workers.publish import publish_now


def enqueue(pipeline: str, paths: Iterable[str | os.PathLike[str]], *, reload: bool = False) -> Run:
    """Queue files for a pipeline; globs and folders are welcome. Returns the run: `.wait()`, `.status()`.

    The run is in the ledger before anything is published: when Redis is away it starts by itself later.
    `reload=True` loads files again whose content was loaded before. Raises ConfigError for an unknown pipeline
    or a path without a file, DatabaseAway when PostgreSQL does not answer.
    """
    declared = find(pipeline)
    files = resolve(paths, declared.source.name_pattern)
    if not is_current(declared):
        migrate([declared])
    options = {"reload": True} if reload else {}
    run = register(declared.name, declared.source.name, contract_of(pipeline).version, files, options)
    publish_now()
    return run
