"""undo: inputs of a settled run are taken out, in one transaction, under the locks that settling and builds take."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import psycopg2.errors
from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.locks import Lock, lock, share
from sluice.engine.database.session import schema_and_name
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline
from sluice.engine.load.target import Target
from sluice.engine.load.undo import lock_out, note_compared, take_out
from sluice.engine.steps.removal.undo.found import Found
from sluice.errors import ConfigError, TransientError

query = statements(__name__)


def lock_tables(cursor: Cursor, pipeline: Pipeline, targets: Collection[Target], *, done: str = "undone") -> None:
    """Wait for settling, builds and loads of the tables concerned, and lock them out until this transaction ends.

    `done` is what the message says that nothing was. Raises ConfigError while a run is open that may write to them,
    TransientError if the wait is too long.
    """
    ordered = sorted(set(targets), key=lambda each: each.name)
    refuse_open(cursor, pipeline, done=done)
    for target in ordered:
        with _naming(target.name, done):
            lock(cursor, Lock.SETTLING, target.name)
            share(cursor, Lock.REMOVING_ROWS, target.name)
    for target in ordered:
        with _naming(target.name, done):
            lock_out(cursor, target)
    refuse_open(cursor, pipeline, done=done)


def refuse(found: Found, *, force: bool) -> None:
    """Raise ConfigError where something is in the way; with `force` only where that cannot be ignored."""
    stands = [each for each in found.obstacles if not (force and each.lost is not None)]
    if not stands:
        return
    lost = [each.lost for each in stands if each.lost is not None]
    ignored = f" With --force it is undone all the same: {'; '.join(lost)}." if len(lost) == len(stands) else ""
    reasons = " ".join(map(str, stands))
    raise ConfigError(f"Run {found.run} is not undone, and nothing was changed. {reasons}{ignored}")


def undo(cursor: Cursor, found: Found, by: int) -> tuple[int, int]:
    """Take the inputs out under run `by`, inside the caller's transaction. Returns how many rows went and came back."""
    deleted = restored = 0
    for group in found.groups:
        note_compared(cursor, group.undoing, found.pipeline, found.run, by)
        gone, back = take_out(cursor, group.target, group.undoing)
        deleted, restored = deleted + gone, restored + back
        this = {"by": by, "run": found.run, "inputs": list(group.undoing.inputs)}
        for name in ("mark_undone", "mark_run_undone", "revive_superseded", "note_same_content", "reopen_rejects"):
            cursor.execute(query(name), this | {"pipeline": found.pipeline, "source": group.source})
    facts = {"run": found.run, "inputs": found.inputs, "rows_deleted": deleted, "rows_restored": restored}
    facts["whole"] = found.whole
    facts |= {"lost": [each.lost for each in found.obstacles if each.lost is not None]}
    cursor.execute(query("note_undo"), {"by": by, "undo": json.dumps(facts)})
    failpoint("undo.before_commit")
    return deleted, restored


def refuse_open(cursor: Cursor, pipeline: Pipeline, *, done: str = "undone") -> None:
    """Raise ConfigError while a run is open that may load into the pipeline's tables."""
    run = open_run(cursor, pipeline)
    if run is not None:
        raise ConfigError(
            f"Run {run} is open and may load into the same tables, so nothing was {done}. Wait for its end "
            f"(sluice status {run}), or stop it (sluice cancel {run}); then give the command again."
        )


def open_run(cursor: Cursor, pipeline: Pipeline) -> int | None:
    """The first open run that may load into the pipeline's tables."""
    schemas, tables = zip(*(schema_and_name(flow.table.name) for flow in pipeline.flows), strict=True)
    params = {"pipeline": pipeline.name, "schemas": list(schemas), "tables": list(tables)}
    cursor.execute(query("open_loads"), params)
    row: tuple[int | None] = cursor.fetchone() or (None,)
    return row[0]


@contextmanager
def _naming(table: str, done: str) -> Iterator[None]:
    """Name the table whose lock another program does not release."""
    try:
        yield
    except psycopg2.errors.LockNotAvailable as error:
        raise TransientError(
            f"{table} is being written or built by another program. Nothing was {done}: try again when that ends."
        ) from error
