"""Rejects of an ended run loaded again: a run of the same pipeline, with one input for each file that they are from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.connection import transaction
from sluice.engine.database.ledger import in_ledger
from sluice.engine.declare import Pipeline
from sluice.engine.ledger.facts import RunStatus
from sluice.engine.ledger.registration import NewInput
from sluice.engine.ledger.rejects.replayed import inputs_with_rejects, lock_rejects, take, taken_lines
from sluice.engine.ledger.runs import Run
from sluice.engine.sources.replay.kind import ADDRESS
from sluice.engine.steps.again.replay.chosen import Chosen, Wanted, choose, refuse_unknown_column
from sluice.engine.steps.again.replay.tried import numbered
from sluice.engine.tables.migrate import is_current, migrate
from sluice.errors import ConfigError
from sluice.pipelines import declared_of, find
from sluice.tasks.enqueue import register_inputs
from sluice.workers.publish import publish_now


def chosen_rejects(status: RunStatus, wanted: Wanted) -> list[Chosen]:
    """The rejects of an ended run that may be loaded again, by input. Raises ConfigError where none of them may be."""
    pipeline = find(status.pipeline)
    refuse_unfit(status, pipeline)
    declared = declared_of(pipeline)
    chosen: list[Chosen] = []
    for each in inputs_with_rejects(status.run):
        if each.source not in declared.revisions:
            raise ConfigError(f"{each.uri}: {pipeline.name} has no source {each.source!r} any more.")
        if each.replaced_by is not None:
            raise ConfigError(
                f"Run {each.replaced_by} has read {each.uri} again: replay what it has rejected, "
                f"sluice rejects replay {each.replaced_by}"
            )
        if each.error_code == "over_limit":
            raise ConfigError(
                f"Nothing of {each.uri} was loaded, because it has more rejects than --max-rejects allows. Correct "
                f"the file, and load it: sluice run {pipeline.name} FILE"
            )
        chosen.append(choose(each, pipeline.flow(each.source), declared.contract(each.source), wanted))
    refuse_unknown_column([each.lacks for each in chosen])
    return chosen


def refuse_unfit(status: RunStatus, pipeline: Pipeline) -> None:
    """Raise ConfigError for a run whose rejects cannot be loaded again."""
    if status.state == "running":
        raise ConfigError(f"Run {status.run} has not ended: its rejects can be replayed when it has.")
    refuse_replay(status)
    snapshots = [flow.source.name for flow in pipeline.flows if flow.source.snapshot]
    if snapshots:
        raise ConfigError(
            f"{snapshots[0]} is a snapshot, whose rows are replaced as a whole: correct the file, and load it: "
            f"sluice run {pipeline.name} FILE"
        )


def refuse_replay(status: RunStatus) -> None:
    """Raise ConfigError for a run that replays rejects itself: its rows belong to the run that they are from."""
    if status.replay is not None:
        raise ConfigError(
            f"Run {status.run} replays rejects of run {status.replay}: what it has refused again is replayed from "
            f"there, sluice rejects replay {status.replay}"
        )


def replay(status: RunStatus, chosen: Sequence[Chosen], *, as_of: date | None = None) -> Run | None:
    """Register a run that loads these rejects of a run. None, with nothing registered, if others have taken all of
    them. Without `as_of` derived tables are built for the date of that run."""
    pipeline = find(status.pipeline)
    if not is_current(pipeline):
        migrate([pipeline])
    built_for = as_of or (date.fromisoformat(status.as_of) if status.as_of else None)
    with transaction() as cursor:
        lock_rejects(cursor, status.run)
        left = [each for each in (_still_open(cursor, one) for one in chosen) if each.rows]
        run = _register(cursor, status, pipeline, left, built_for) if left else None
        failpoint("replay.before_commit")
    if run is not None:
        publish_now()
    return run


def _still_open(cursor: Cursor, chosen: Chosen) -> Chosen:
    taken = taken_lines(cursor, chosen.of.input, [row.line for row in chosen.rows])
    rows = [row for row in chosen.rows if row.line not in taken]
    return replace(chosen, rows=rows)


def _register(
    cursor: Cursor, status: RunStatus, pipeline: Pipeline, chosen: Sequence[Chosen], as_of: date | None
) -> Run:
    inputs = [NewInput(each.of.source, f"{ADDRESS}{status.run}/{each.of.input}") for each in chosen]
    updates = any(pipeline.flow(each.of.source).table.updates for each in chosen)
    run = register_inputs(cursor, pipeline, inputs, as_of=as_of, replay=status.run, alone=updates)
    cursor.execute(in_ledger("select id, uri from sluice.input where run_id = %s"), (run.id,))
    numbers = {uri: number for number, uri in cursor.fetchall()}
    for each, listed in zip(chosen, inputs, strict=True):
        rows = numbered(each, each.rows)
        take(cursor, each.of.input, by_run=run.id, by_input=numbers[listed.uri], rows=rows)
    return run
