"""plan: read an input once, identify it by its content, and cut it into parts.

An input whose content is loaded already is skipped; one whose content another run is loading waits for it. A file that
cannot be read in its declared or detected format fails with one sentence, and the other inputs go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import Flow
from sluice.engine.ledger.outcomes import end_input
from sluice.engine.ledger.steps import Claim, finish
from sluice.engine.rows.contract import Contract
from sluice.engine.sources.kind import NothingNew
from sluice.engine.sources.known import kind_of
from sluice.engine.steps.plan.contents import (
    ContentsUnknown,
    note_content,
    wait_for_contents,
    wait_for_earlier_runs,
)
from sluice.engine.steps.plan.scan import scan
from sluice.engine.steps.plan.stamps import note_stamps, skip_unchanged, unchanged_inputs
from sluice.engine.steps.plan.work import InputWork
from sluice.engine.steps.plan.write import write_plan
from sluice.errors import DataError, EarlierRunOpen, LostClaim

query = statements(__name__)


def read_input(claim: Claim) -> InputWork:
    """The input of a claimed plan step."""
    return read_inputs([claim])[0]


def read_inputs(claims: Sequence[Claim]) -> list[InputWork]:
    """The inputs of claimed plan steps, in their order. Raises LostClaim when one of them is gone."""
    with transaction() as cursor:
        cursor.execute(query("read_inputs"), {"inputs": [claim.input for claim in claims]})
        found = {row[0]: InputWork(*row) for row in cursor.fetchall()}
    gone = [claim.input for claim in claims if claim.input not in found]
    if gone:
        raise LostClaim(f"Input {gone[0]} is not in the ledger any more.")
    return [found[claim.input] for claim in claims if claim.input is not None]


def earlier_plans(works: Sequence[InputWork]) -> dict[int, str]:
    """Of inputs of one run those whose file an earlier run has yet to plan, by their ids, each with a sentence."""
    params = {"pipeline": works[0].pipeline, "run": works[0].run}
    files = {"inputs": [work.id for work in works], "uris": [work.uri for work in works]}
    with transaction() as cursor:
        cursor.execute(query("earlier_plan"), params | files)
        return {
            found: f"Run {run} came earlier, has the same file, and plans it first." for found, run in cursor.fetchall()
        }


def plan_input(
    claim: Claim,
    work: InputWork,
    flow: Flow,
    contract: Contract,
    beat: Callable[[], None],
    children: Sequence[Mapping[str, str | None]] = (),
) -> None:
    """Plan one input and write its parts to the ledger. `beat` is called often and may raise LostClaim. `children` are
    the lists in its records: source, contract and revision of the inputs that they become once it is loaded.

    Raises EarlierRunOpen while an earlier run has yet to plan the same file, or to end with the same snapshot.
    """
    _wait_for_turn(work, flow)
    before = kind_of(flow.source, work.uri).stamp(work.uri)
    if skip_unchanged(_finishing(claim), unchanged_inputs([work], flow, {work.id: before}), flow):
        return
    try:
        scanned = scan(work, flow, contract, beat)
    except NothingNew as nothing:
        with _finishing(claim) as cursor:
            end_input(cursor, work.id, "already_loaded", same_as=nothing.same_as, note=nothing.left_out)
        return
    except DataError as error:
        _fail(claim, work, before, error)
        return
    failpoint("plan.scanned")
    try:
        with _finishing(claim) as cursor:
            note_stamps(cursor, {work.id: before})
            write_plan(cursor, work, flow, scanned, children)
    except ContentsUnknown:
        note_content(work, scanned.plan.sha256, scanned.plan.size)
        raise
    except DataError as error:
        _fail(claim, work, before, error)
    failpoint("plan.committed")


def _fail(claim: Claim, work: InputWork, stamp: str | None, error: DataError) -> None:
    with _finishing(claim) as cursor:
        note_stamps(cursor, {work.id: stamp})
        end_input(cursor, work.id, "failed", code=error.code, error=error.reason)


@contextmanager
def _finishing(claim: Claim) -> Iterator[Cursor]:
    """The transaction that ends the step. Raises LostClaim before anything is written.

    The step is locked before its input and run, as everywhere. Without its claim a process would meet the parts of
    the one that has planned since, and report that as a failure of the step.
    """
    with transaction() as cursor:
        finish(cursor, claim)
        yield cursor


def _wait_for_turn(work: InputWork, flow: Flow) -> None:
    """Raise EarlierRunOpen while the plan depends on other inputs that are not planned or settled yet."""
    _let_earlier_run_plan(work, snapshot=flow.source.snapshot)
    wait_for_earlier_runs(work)
    if flow.table.updates:
        wait_for_contents(work)


def _let_earlier_run_plan(work: InputWork, *, snapshot: bool) -> None:
    """Raise EarlierRunOpen while an earlier run has yet to plan the same file. No run waits for a later one."""
    earlier = earlier_plans([work]).get(work.id)
    if earlier is not None:
        raise EarlierRunOpen(earlier)
    if snapshot:
        with transaction() as cursor:
            cursor.execute(
                query("earlier_snapshot"), {"pipeline": work.pipeline, "source": work.source, "run": work.run}
            )
            row = cursor.fetchone()
        if row is not None and row[0] is not None:
            raise EarlierRunOpen(f"Run {row[0]} loads an older snapshot of {work.source} and ends first.")
