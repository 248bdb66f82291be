"""forget: rows with a value go, wherever they are, and no load brings them back; workers build what depends on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.connection import transaction
from sluice.engine.declare import Pipeline
from sluice.engine.ledger.personal.masks import check_masks
from sluice.engine.ledger.registration import register
from sluice.engine.load import bulk
from sluice.engine.load.target import Target
from sluice.engine.sources.landing import landing
from sluice.engine.steps.again.redeclare import note_declared
from sluice.engine.steps.build import definition_of
from sluice.engine.steps.removal.forget import copies as elsewhere
from sluice.engine.steps.removal.forget.exports import exports_of, look_at_exports
from sluice.engine.steps.removal.forget.forget import find_inputs, hashes_of, note_values
from sluice.engine.steps.removal.forget.forget import forget as take_out
from sluice.engine.steps.removal.forget.notes import note_copies, note_receipt
from sluice.engine.steps.removal.forget.receipt import Copies, Gone, Hashed, receipt
from sluice.engine.steps.removal.forget.wanted import Wanted, pattern, wanted
from sluice.engine.steps.removal.undo.undo import lock_tables, refuse_open
from sluice.engine.tables.loaded_rows import note_targets
from sluice.engine.tables.migrate import is_current, migrate
from sluice.pipelines import declared_of, find, known_declared
from sluice.tasks.enqueue import contracts_of
from sluice.workers.publish import publish_now

DONE = "forgotten"


@dataclass(frozen=True)
class ForgetResult:
    """The receipt, and the run that builds derived tables without the rows; None where there is nothing to build."""

    receipt: dict[str, Any]
    run: int | None = None


def forget(
    name: str,
    where: Sequence[tuple[str, str]],
    *,
    table: str | None = None,
    dry_run: bool = False,
    exports: bool = False,
) -> ForgetResult:
    """Forget the rows of a pipeline that have one of these values, by column; in one `table` only, if it is given.

    The same command again does what a killed one has left. With `dry_run` nothing is changed: what would go is counted.
    With `exports` files that exports have written are deleted, where they are here and as they were exported.
    Raises ConfigError where it is refused, which never quotes a value, and TransientError where a table is busy.
    """
    began = datetime.now(UTC)
    pipeline = find(name)
    if not is_current(pipeline):
        migrate([pipeline])
    for flow in pipeline.flows:
        check_masks(flow.table)
    values = wanted(pipeline, where, table)
    targets = [Target.of(value.table) for value in values]
    with transaction() as cursor:
        refuse_open(cursor, pipeline, done=DONE)
        find_inputs(cursor, pipeline, values)
        found = elsewhere.copies_of(cursor)
        exported = exports_of(cursor, _known(pipeline), {value.table.name for value in values})
        hashes = hashes_of(cursor, values) if dry_run else note_values(cursor, values)
        if not dry_run:
            note_copies(cursor, found)
    if dry_run:
        seen = [each.facts(pattern(values)) for each in look_at_exports(exported, delete=False)]
        return ForgetResult(_would_go(pipeline, values, targets, hashes, len(found), began, seen))
    failpoint("forget.noted")
    gone_copies = _remove_copies(found)
    seen = [each.facts(pattern(values)) for each in look_at_exports(exported, delete=exports)]
    failpoint("forget.copies")
    for target in targets:
        bulk.end(target)
    with transaction() as cursor:
        lock_tables(cursor, pipeline, targets, done=DONE)
        find_inputs(cursor, pipeline, values)
        gone = take_out(cursor, pipeline, values)
        run = _register(cursor, pipeline, gone) if _is_built(pipeline, gone) else None
        build = _build(pipeline, gone, run)
        facts = receipt(pipeline.name, hashes, gone, gone_copies, times=_times(began), build=build, exports=seen)
        note_receipt(cursor, pipeline.name, run, facts)
    publish_now()
    return ForgetResult(facts, run)


class _Undo(Exception):
    """A dry run has counted what there is: its transaction is rolled back."""


def _would_go(
    pipeline: Pipeline,
    values: Sequence[Wanted],
    targets: Sequence[Target],
    hashes: Sequence[Hashed],
    found: int,
    began: datetime,
    exports: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    gone = Gone()
    try:
        with transaction() as cursor:
            lock_tables(cursor, pipeline, targets, done=DONE)
            find_inputs(cursor, pipeline, values)
            gone = take_out(cursor, pipeline, values)
            raise _Undo
    except _Undo:
        pass
    build = _build(pipeline, gone, None)
    return receipt(pipeline.name, hashes, gone, Copies(found), times=_times(began), build=build, exports=exports)


def _known(pipeline: Pipeline) -> list[Pipeline]:
    """The pipelines whose tables may have the rows."""
    others = (each.pipeline for each in known_declared().values())
    return [pipeline, *(each for each in others if each.name != pipeline.name)]


def _remove_copies(found: list[str]) -> Copies:
    removed = elsewhere.remove_copies(found)
    unknown, young = elsewhere.remove_unknown(landing())
    return Copies(removed, unknown, young, elsewhere.drop_frames())


def _register(cursor: Cursor, pipeline: Pipeline, gone: Gone) -> int:
    """The run that builds derived tables, for each date for which they were built with the rows."""
    declared = declared_of(pipeline)
    note_declared(cursor, declared)
    options: dict[str, object] = {"derived": definition_of(pipeline), "forget": True}
    dates = gone.dates if pipeline.dated else ()
    if dates:
        options |= {"as_of": dates[-1].isoformat(), "also_as_of": [day.isoformat() for day in dates[:-1]]}
    run = register(cursor, pipeline.name, contracts_of(pipeline), [], options, declared.revisions)
    note_targets(cursor, run.id, pipeline)
    return run.id


def _is_built(pipeline: Pipeline, gone: Gone) -> bool:
    """Whether derived tables had rows that went. Those of dates may never have been built."""
    return bool(pipeline.derived and gone.of_inputs and (gone.dates or not pipeline.dated))


def _times(began: datetime) -> dict[str, str]:
    return {
        "began_at": began.isoformat(timespec="seconds"),
        "ended_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _build(pipeline: Pipeline, gone: Gone, run: int | None) -> dict[str, Any] | None:
    if not _is_built(pipeline, gone):
        return None
    return {
        "run": run,
        "tables": [each.name for each in pipeline.derived],
        "as_of": [day.isoformat() for day in gone.dates] if pipeline.dated else [],
    }
