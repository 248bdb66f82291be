"""enqueue: a run and its inputs into the ledger, then messages to Redis."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sluice.engine.ledger.runs import Run

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


def enqueue(
    pipeline: str,
    paths: Paths = (),
    *,
    reload: bool = False,
    max_rejects: str | None = None,
    as_of: date | None = None,
    allow_future: bool = False,
    only: Collection[str] = (),
) -> Run:
    """Queue files for a pipeline, one or several: paths, globs, folders, zip archives, s3://...; `-` is standard input.

    Sources that are not files are fetched by every run; `only` names the sources (of either kind) that this run loads.

    Returns the run: `.wait()`, `.status()`, `.rejects()`. It is in the ledger before anything is published: without
    Redis it starts later by itself. Of more than 2,000 files the first are loaded while the others are still
    registered: if that fails half way, the run ends as failed with the files that it has. `reload=True` loads files
    again whose content was loaded before. `max_rejects` (`"100"` rows, `"2%"`) is how many rejects a file may have;
    above it nothing of the file is loaded. `as_of` is the date that derived tables are built for; a pipeline that has
    such tables needs it, and may then run without files. A date after tomorrow is refused without `allow_future`.

    Raises ConfigError for an unknown pipeline, a path without a file or a file that matches no source, DatabaseAway
    when PostgreSQL does not answer.
    """
    from sluice.engine.sources.inputs import found_inputs
    from sluice.pipelines import find
    from sluice.tasks.enqueue import enqueue_inputs

    declared = find(pipeline)
    inputs = found_inputs(declared, [paths] if isinstance(paths, str | os.PathLike) else paths, only=only)
    return enqueue_inputs(
        declared, inputs, reload=reload, max_rejects=max_rejects, as_of=as_of, allow_future=allow_future
    )


async def enqueue_async(
    pipeline: str,
    paths: Paths = (),
    *,
    reload: bool = False,
    max_rejects: str | None = None,
    as_of: date | None = None,
    allow_future: bool = False,
    only: Collection[str] = (),
) -> Run:
    """As `enqueue`, for a program with an event loop, which goes on meanwhile: in a thread, after other calls of it."""
    from sluice.engine.database.apart import apart

    return await apart(
        lambda: enqueue(
            pipeline,
            paths,
            reload=reload,
            max_rejects=max_rejects,
            as_of=as_of,
            allow_future=allow_future,
            only=only,
        )
    )
