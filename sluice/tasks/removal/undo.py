"""undo: take a settled run, or one file of it, out of the tables; workers load again and build what depends on it."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.declare import Pipeline
from sluice.engine.ledger.registration import NewInput, register
from sluice.engine.ledger.rejects.replayed import lock_rejects
from sluice.engine.load import bulk
from sluice.engine.steps.again.redeclare import note_declared
from sluice.engine.steps.build import definition_of
from sluice.engine.steps.removal.undo.find import Asked, find_undo, run_facts
from sluice.engine.steps.removal.undo.found import Found
from sluice.engine.steps.removal.undo.undo import lock_tables, refuse, refuse_open
from sluice.engine.steps.removal.undo.undo import undo as take_out
from sluice.engine.tables.loaded_rows import note_targets
from sluice.engine.tables.migrate import is_current, migrate
from sluice.pipelines import declared_of, find
from sluice.tasks.enqueue import contracts_of
from sluice.workers.publish import publish_now


@dataclass(frozen=True)
class Undone:
    """What was found, and the run that undoes it; None where nothing was done. `rows` went and `restored` came back."""

    found: Found
    by: int | None = None
    rows: int = 0
    restored: int = 0


def undo(run: int, file: str | None = None, *, dry_run: bool = False, force: bool = False) -> Undone:
    """Undo a settled run, or one `file` of it: the rows that it inserted go, and those that it replaced come back.

    It is a run of its own: files that had lost rows to the undone ones are loaded again, and derived tables are built.
    The content counts as not loaded. With `dry_run` nothing is changed. With `force` also where later runs have changed
    the same rows; `Found.obstacles` say what is lost.

    Raises ConfigError where it is refused, with the reasons, and TransientError where a table is busy.
    """
    asked = Asked(run, file)
    with transaction() as cursor:
        pipeline = find(run_facts(cursor, run)["pipeline"])
    contracts = contracts_of(pipeline)
    with transaction() as cursor:
        found = find_undo(cursor, pipeline, asked, contracts.__getitem__)
    if dry_run or found.undone_by is not None:
        return Undone(found)
    refuse(found, force=force)
    if not is_current(pipeline):
        migrate([pipeline])
    for group in found.groups:
        bulk.end(group.target)
    with transaction() as cursor:
        lock_tables(cursor, pipeline, [group.target for group in found.groups])
        lock_rejects(cursor, found.run)  # until the end nobody registers a replay of what is undone
        refuse_open(cursor, pipeline)  # a replay may have been registered meanwhile
        found = find_undo(cursor, pipeline, asked, contracts.__getitem__)
        if found.undone_by is not None:
            return Undone(found)
        refuse(found, force=force)
        by = _register(cursor, pipeline, found)
        done = Undone(found, by, *take_out(cursor, found, by))
    publish_now()
    return done


def _register(cursor: Cursor, pipeline: Pipeline, found: Found) -> int:
    """The run that undoes: it loads files again, and builds for each date for which derived tables had the rows."""
    declared = declared_of(pipeline)
    note_declared(cursor, declared)
    options: dict[str, object] = {"reload": True, "undo": {"run": found.run}}
    if pipeline.derived:
        options["derived"] = definition_of(pipeline)
    if found.refit:
        options["refit"] = True
    if found.dates:
        options |= {"as_of": found.dates[-1].isoformat(), "also_as_of": [day.isoformat() for day in found.dates[:-1]]}
    inputs = [NewInput(each.source, each.uri) for each in found.again]
    run = register(cursor, pipeline.name, contracts_of(pipeline), inputs, options, declared.revisions)
    note_targets(cursor, run.id, pipeline)
    return run.id
