"""settle: contested keys get their winner, the books are completed, and the run ends.

The winner does not depend on who committed first: with `keep` it is the row of the lowest (input, line), with
`update` that of the highest. Rows of finished runs are final. All of it is one transaction.
"""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.base.settings import settings
from sluice.engine.database.connection import transaction
from sluice.engine.database.locks import Lock, lock
from sluice.engine.database.statements import statements
from sluice.engine.declare import Flow, Nested, Pipeline, PostgresQuery
from sluice.engine.ledger.nothing_loaded import fail_copies, fail_nothing_loaded
from sluice.engine.ledger.rejects.replayed import close_replayed
from sluice.engine.ledger.steps import Claim, finish
from sluice.engine.load import bulk, recent
from sluice.engine.load.children import settle_lists
from sluice.engine.load.newest import settle_updates
from sluice.engine.load.partitions import make_room
from sluice.engine.load.replaced import delete_not_again
from sluice.engine.load.snapshot import keep_newest
from sluice.engine.load.target import Target
from sluice.engine.load.verdicts import count_verdicts
from sluice.engine.load.versions import close_versions, moment_of
from sluice.engine.steps.removal.forget.copies import remove_copies_of
from sluice.engine.tables.changes.fits import naming_changed
from sluice.errors import EarlierRunOpen, TransientError

query = statements(__name__)


def settle_run(claim: Claim, pipeline: Pipeline) -> None:
    """Settle the run of this claim; it ends, or its derived tables are due.

    Raises EarlierRunOpen, LostClaim, TableChanged, TransientError.
    """
    with naming_changed([flow.table for flow in pipeline.flows]):
        _settle_run(claim, pipeline)
    for flow in pipeline.flows:
        recent.forget(Target.of(flow.table), claim.run)


def _settle_run(claim: Claim, pipeline: Pipeline) -> None:
    run = {"run": claim.run}
    for flow in pipeline.flows:
        bulk.end(Target.of(flow.table))
    remove_copies_of(claim.run)  # before it settles: a settling that is killed is done again, and so is this
    with transaction() as cursor:
        # one run of a table after the other: a run that ends must not miss a row that another one displaces, and
        # inputs must become final in the order in which they become visible
        for name in sorted(flow.table.name for flow in pipeline.flows):
            lock(cursor, Lock.SETTLING, name)
        cursor.execute(query("open_run"), run)
        row = cursor.fetchone()
        if row is not None:
            _settle_contested(cursor, pipeline, claim.run, contested=row[0] > 0)
            for flow in pipeline.flows:
                if isinstance(flow.source, Nested):
                    settle_lists(cursor, Target.of(flow.table), flow.source, claim.run)
            fail_nothing_loaded(cursor, claim.run)
            fail_copies(cursor, claim.run)
            for flow in pipeline.flows:
                _settle_flow(cursor, pipeline, flow, claim.run)
            cursor.execute(query("clear_contenders"), run | {"undo_days": undo_days(pipeline)})
            cursor.execute(query("finish_inputs"), run | {"pipeline": pipeline.name})
            close_replayed(cursor, [claim.run])
            _end(cursor, pipeline, run)
        finish(cursor, claim)
        failpoint("settle.before_commit")


def _settle_flow(cursor: Cursor, pipeline: Pipeline, flow: Flow, run: int) -> None:
    """Rows of one source that the run does not have any more, and versions that it has closed."""
    of_source: dict[str, int | str] = {"run": run, "source": flow.source.name}
    if flow.table.updates:
        delete_not_again(cursor, Target.of(flow.table), of_source)
    if flow.table.key is None and not (isinstance(flow.source, PostgresQuery) and flow.source.watermark):
        cursor.execute(query("note_other_content"), of_source)
    moment = moment_of(cursor, run) if flow.table.moments else None
    if flow.source.snapshot:
        keep_newest(cursor, pipeline.name, flow, run, moment)
    if flow.table.closed_name:
        close_versions(cursor, Target.of(flow.table), of_source | {"pipeline": pipeline.name, "moment": moment})


def undo_days(pipeline: Pipeline) -> int:
    """For how many days it is kept what a run of the pipeline replaced."""
    return settings().undo_days if pipeline.undo_days is None else pipeline.undo_days


def _end(cursor: Cursor, pipeline: Pipeline, run: dict[str, int]) -> None:
    """End the run, or add the step that builds its derived tables."""
    cursor.execute(query("is_buildable"), run | {"derived": bool(pipeline.derived)})
    if cursor.fetchone() == (True,):
        cursor.execute(query("add_build_step"), run)
    else:
        cursor.execute(query("finish_run"), run)


def _settle_contested(cursor: Cursor, pipeline: Pipeline, run: int, *, contested: bool) -> None:
    judged = False
    for flow in pipeline.flows:
        this: dict[str, int | str] = {"run": run, "source": flow.source.name, "pipeline": pipeline.name}
        target = Target.of(flow.table)
        if target.update:
            judged |= settle_updates(cursor, target, this)
        elif contested:
            _judge(cursor, target, this)
            judged = True
    if judged:
        count_verdicts(cursor)


def _judge(cursor: Cursor, target: Target, run: dict[str, int | str]) -> None:
    cursor.execute(target.statement("make_contest"))
    cursor.execute(target.statement("gather_contest_keep"), run)
    cursor.execute(target.statement("analyze_contest"))
    _wait_for_earlier_run(cursor, target, run)
    for name in ("mark_displaced", "displace", "refuse_losers", "judge_keep"):
        cursor.execute(target.statement(name), run)
    make_room(cursor, target, "contest")
    cursor.execute(target.statement("write_winners"))
    cursor.execute(target.statement("insert_winners"))
    if cursor.fetchone() != (0,):
        raise TransientError(
            f"Keys of run {run['run']} came into {target.name} while it was settled: it is settled with them."
        )


def _wait_for_earlier_run(cursor: Cursor, target: Target, run: dict[str, int | str]) -> None:
    cursor.execute(target.statement("blocked_by"), run)
    row = cursor.fetchone()
    if row is not None and row[0] is not None:
        raise EarlierRunOpen(f"Run {row[0]} is open and has keys of this one: waiting for it to end.")
