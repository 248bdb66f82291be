"""cancel: an open run is stopped, and nothing of it stays. One transaction: a killed command has done nothing.

Loads that are under way end first, since each holds its step. Tasks that come later find their fence gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg2.errors
from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.connection import transaction
from sluice.engine.database.locks import Lock, lock, share
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline
from sluice.engine.ledger.registration import give_up
from sluice.engine.ledger.rows import mappings
from sluice.engine.ledger.runs import no_such_run
from sluice.engine.load.target import Target
from sluice.engine.load.undo import Undoing, take_out
from sluice.engine.steps.removal.withdraw import delete_rows
from sluice.errors import ConfigError, TransientError

query = statements(__name__)

CANCELLED = "Cancelled by `sluice cancel`: nothing of the run is loaded. To load its files after all, run them again."
NOT_KEPT = (
    " A worker of an earlier version had deleted rows that these files replace, and they are not kept: load them with "
    "--reload: {files}."
)
BUILD_GIVEN_UP = (
    "Cancelled by `sluice cancel` while it built derived tables: its rows are loaded, and its derived tables are not "
    "up to date. `sluice retry {run}` builds them, `sluice undo {run}` takes the rows back."
)
INPUT_CANCELLED = "Its run was cancelled: nothing of it was loaded."


@dataclass(frozen=True)
class Cancelled:
    """What was stopped. `tables` are those that the run loaded into; `others` are ended runs that had nothing to do
    because this one was loading their content."""

    run: int
    inputs: int = 0
    only_built: bool = False
    before: bool = False
    targets: Sequence[Target] = ()
    others: Sequence[int] = field(default=())


def cancel(run: int, pipeline: Pipeline | None) -> Cancelled:
    """Cancel an open run; of one that only builds, give up the build. A second time there is nothing to do.

    `pipeline` is its declaration, for inputs whose own the ledger does not have. Raises ConfigError for a run that has
    ended or does not exist, TransientError while a part of it is loaded for longer than the lock timeout.
    """
    with transaction() as cursor:
        give_up(cursor, [run])  # the command that still registers its inputs: from here on it adds none
    with transaction() as cursor:
        facts = _facts(cursor, run)
        if facts["cancelled"] and facts["state"] != "running":
            return Cancelled(run, before=True)
        _refuse_ended(facts)
        targets = _targets(_inputs(cursor, run), pipeline)
        _wait(cursor, run, targets)
        facts = _facts(cursor, run)  # it may have been settled meanwhile
        _refuse_ended(facts)
        if facts["undoes"] is not None and not facts["builds"]:
            raise ConfigError(
                f"Run {run} undoes run {facts['undoes']}, whose rows are gone already: what is left of it loads files "
                f"again and builds derived tables, and is not cancelled. Workers continue it (sluice status {run})."
            )
        if facts["builds"] and not facts["open_inputs"]:
            cursor.execute(query("cancel_build"), {"run": run, "error": BUILD_GIVEN_UP.format(run=run)})
            return Cancelled(run, only_built=True)
        return _cancel(cursor, run, pipeline)


def _cancel(cursor: Cursor, run: int, pipeline: Pipeline | None) -> Cancelled:
    inputs = _inputs(cursor, run)
    targets = _targets(inputs, pipeline)
    for target, ids in targets.items():
        share(cursor, Lock.REMOVING_ROWS, target.name)
        _take_out(cursor, target, ids, run)
    failpoint("cancel.deleted")
    params = {"run": run, "inputs": [each["input"] for each in inputs], "error": INPUT_CANCELLED}
    for name in ("free_elsewhere", "note_cancelled_content"):
        cursor.execute(query(name), params)
    (others,) = cursor.fetchone() or ([],)
    for name in ("cancel_rows", "cancel_inputs", "cancel_steps", "reopen_rejects"):
        cursor.execute(query(name), params)
    not_kept = [each["uri"] for each in inputs if each["not_kept"]]
    error = CANCELLED + (NOT_KEPT.format(files=", ".join(not_kept)) if not_kept else "")
    cursor.execute(query("cancel_run"), params | {"error": error})
    failpoint("cancel.before_commit")
    return Cancelled(run, len(inputs), targets=list(targets), others=others)


def _facts(cursor: Cursor, run: int) -> dict[str, Any]:
    cursor.execute(query("run_to_cancel"), {"run": run})
    rows = mappings(cursor)
    if not rows:
        raise ConfigError(no_such_run(run))
    return rows[0]


def _refuse_ended(facts: dict[str, Any]) -> None:
    if facts["state"] != "running" and not facts["open_inputs"]:
        raise ConfigError(
            f"Run {facts['run']} has ended ({facts['state']}), so there is nothing to cancel. "
            f"`sluice undo {facts['run']}` takes back what it has loaded."
        )


def _inputs(cursor: Cursor, run: int) -> list[dict[str, Any]]:
    cursor.execute(query("inputs_to_cancel"), {"run": run})
    return mappings(cursor)


def _targets(inputs: Sequence[dict[str, Any]], pipeline: Pipeline | None) -> dict[Target, list[dict[str, Any]]]:
    """The inputs by the table that they were registered for."""
    declared = {flow.source.name: Target.of(flow.table) for flow in pipeline.flows} if pipeline else {}
    found: dict[Target, list[dict[str, Any]]] = {}
    for each in inputs:
        shape = each["shape"]
        if shape:
            target = Target.by_shape(shape)
        elif each["source"] in declared:
            target = declared[each["source"]]
        else:
            raise ConfigError(
                f"The declaration of {each['uri']} (source {each['source']}) is not known here: declare the pipeline "
                "as it was, then cancel the run."
            )
        found.setdefault(target, []).append(each)
    return found


def _wait(cursor: Cursor, run: int, targets: dict[Target, list[dict[str, Any]]]) -> None:
    """Wait for settling, then for each load of the run that is under way. (In this order: a load holds its step when it
    shares the lock of settling, which this transaction shares, too.)"""
    with _naming(run):
        for target in sorted(targets, key=lambda each: each.name):
            # what was final before a retry gets a new number, which needs the lock of those that become final
            retried = any(each["settled"] is not None for each in targets[target])
            (lock if retried else share)(cursor, Lock.SETTLING, target.name)
        cursor.execute(query("lock_steps"), {"run": run})


def _take_out(cursor: Cursor, target: Target, inputs: Sequence[dict[str, Any]], run: int) -> None:
    ids = [each["input"] for each in inputs]
    if target.update:
        for each in ids:
            delete_rows(cursor, target, each)
    take_out(cursor, target, Undoing(ids, [run]))  # and what a reload had deleted comes back


@contextmanager
def _naming(run: int) -> Iterator[None]:
    try:
        yield
    except psycopg2.errors.LockNotAvailable as error:
        raise TransientError(
            f"A part of run {run} is being loaded or settled, and takes long. Nothing was cancelled: try again."
        ) from error
