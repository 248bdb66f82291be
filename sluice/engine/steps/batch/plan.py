"""plan of a batch: small files are read one after another, and written to the ledger in one transaction."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.connection import transaction
from sluice.engine.database.locks import Lock, lock_all
from sluice.engine.database.statements import statements
from sluice.engine.declare import Flow
from sluice.engine.ledger.batches.claims import come_alone, finish_batch, release_batch
from sluice.engine.ledger.outcomes import end_input, skip_inputs
from sluice.engine.ledger.steps import Claim
from sluice.engine.rows.contract import Contract
from sluice.engine.sources.known import kind_of
from sluice.engine.steps.plan.plan import earlier_plans
from sluice.engine.steps.plan.same import OtherInput, loaded_contents, same_contents
from sluice.engine.steps.plan.scan import PlannedInput, scan
from sluice.engine.steps.plan.stamps import note_stamps, skip_unchanged, unchanged_inputs
from sluice.engine.steps.plan.work import InputWork
from sluice.engine.steps.plan.write import add_parts, write_plan
from sluice.errors import DataError, LostClaim, SluiceError
from sluice.version import __version__

query = statements(__name__)

log = logging.getLogger(__name__)
TURN_S = 0.5  # until an earlier run may have planned its files


class _Read(NamedTuple):
    """An input that was read: its stamp before that, and its plan, or why it has none."""

    claim: Claim
    work: InputWork
    stamp: str | None
    result: PlannedInput | DataError


def plan_batch(
    claims: Sequence[Claim], works: Sequence[InputWork], flow: Flow, contract: Contract, beat: Callable[[], None]
) -> None:
    """Plan inputs of one run and declaration, as `plan_input` does for each. `beat` is called often, and may raise
    LostClaim.

    Files that an earlier run has yet to plan wait. A file that cannot be read now comes back alone: there its error is
    raised again, and handled by its kind.
    """
    earlier = earlier_plans(works)
    pairs = list(zip(claims, works, strict=True))
    going = [(claim, work) for claim, work in pairs if work.id not in earlier]
    stamps = {work.id: _stamp(work, flow) for _, work in going}
    unchanged = unchanged_inputs([work for _, work in going], flow, stamps)
    known = {each.work.id for each in unchanged}
    tried = [_read(*each, stamps[each[1].id], flow, contract, beat) for each in going if each[1].id not in known]
    read = [each for each in tried if isinstance(each, _Read)]
    alone = [each for each in tried if isinstance(each, Claim)]
    failpoint("plan.scanned")
    if read:
        with _finishing([each.claim for each in read]) as cursor:
            _write(cursor, flow, read)
    skipped = [claim for claim, work in going if work.id in known]
    if not skip_unchanged(_finishing(skipped), unchanged, flow):
        alone += skipped
    # not sooner: the heartbeat takes a batch that lacks a step for one that was taken over
    _wait_for_runs(pairs, earlier)
    if alone:
        come_alone(alone)
    failpoint("plan.committed")


def _wait_for_runs(pairs: Sequence[tuple[Claim, InputWork]], earlier: Mapping[int, str]) -> None:
    """Release the steps of inputs that wait for earlier runs, each with the sentence that says for which."""
    for reason in sorted(set(earlier.values())):
        release_batch([claim for claim, work in pairs if earlier.get(work.id) == reason], reason, TURN_S)


def _stamp(work: InputWork, flow: Flow) -> str | None:
    try:
        return kind_of(flow.source).stamp(work.uri)
    except SluiceError:  # raised again where the file is read
        return None


@contextmanager
def _finishing(claims: Sequence[Claim]) -> Iterator[Cursor]:
    """The transaction that ends these steps, which are locked before their inputs and run, as everywhere."""
    with transaction() as cursor:
        finish_batch(cursor, claims)
        yield cursor


def _read(
    claim: Claim, work: InputWork, before: str | None, flow: Flow, contract: Contract, beat: Callable[[], None]
) -> _Read | Claim:
    """Read one input; its claim if it has to be planned alone."""
    try:
        return _Read(claim, work, before, scan(work, flow, contract, beat))
    except DataError as error:
        return _Read(claim, work, before, error)
    except LostClaim:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is: it is raised again where the input is planned alone
        log.info("input %s is planned alone: %s", work.id, type(error).__name__)
        return claim


def _write(cursor: Cursor, flow: Flow, read: Sequence[_Read]) -> None:
    note_stamps(cursor, {each.work.id: each.stamp for each in read})
    planned = {each.work.id: (each.work, each.result) for each in read if isinstance(each.result, PlannedInput)}
    if planned:
        _write_plans(cursor, flow, planned)
    for each in read:  # not sooner: that locks the run, which whoever has a content or an input locks next
        if isinstance(each.result, DataError):
            end_input(cursor, each.work.id, "failed", code=each.result.code, error=each.result.reason)


def _write_plans(cursor: Cursor, flow: Flow, planned: Mapping[int, tuple[InputWork, PlannedInput]]) -> None:
    """Write the plans of inputs by what is known of their content: nothing, that it is loaded, or something else."""
    works = [work for work, _ in planned.values()]
    shas = [scanned.plan.sha256 for _, scanned in planned.values()]
    lock_all(cursor, Lock.CONTENT, shas)
    others = same_contents(cursor, works, shas, only_newest=kind_of(flow.source).only_newest)
    _lock_twins(cursor, works[0].run, others)
    read_otherwise = _read_otherwise(cursor, planned)
    loaded = loaded_contents(cursor, works, others, flow.table)
    first_here = {scanned.plan.sha256: this for this, (_, scanned) in reversed([*planned.items()])}.values()
    new = [
        this
        for this, (_, scanned) in planned.items()
        if this in first_here and this not in others and this not in read_otherwise and _is_plain(scanned)
    ]
    if new:
        _start(cursor, flow, [planned[this] for this in new])
    if loaded:
        facts = [planned[this][1].plan for this in loaded]
        skip_inputs(cursor, works[0].run, loaded, [(each.sha256, each.size) for each in facts])
    for this, (work, scanned) in planned.items():
        if this not in loaded and this not in new:
            write_plan(cursor, work, flow, scanned)


def _lock_twins(cursor: Cursor, run: int, others: Mapping[int, Sequence[OtherInput]]) -> None:
    """Lock inputs of the run that are loading contents of these, before the run: their position may be lowered."""
    deciding = [known[0] for known in others.values()]
    twins = [each.input for each in deciding if each.run == run and each.state in ("loading", "loaded")]
    if twins:
        cursor.execute(query("lock_inputs"), {"inputs": twins})


def _is_plain(scanned: PlannedInput) -> bool:
    return scanned.landed is None and scanned.noted is None and bool(scanned.plan.parts)


def _read_otherwise(cursor: Cursor, planned: Mapping[int, tuple[InputWork, PlannedInput]]) -> set[int]:
    """The inputs that replace rows of the same file, read under another declaration."""
    work, _ = next(iter(planned.values()))
    params = {"pipeline": work.pipeline, "source": work.source, "contract": work.contract, "run": work.run}
    scans = [scanned for _, scanned in planned.values()]
    contents = {"shas": [each.plan.sha256 for each in scans], "raws": [each.raw for each in scans]}
    cursor.execute(query("read_otherwise"), params | contents | {"inputs": list(planned)})
    return {this for (this,) in cursor.fetchall()}


def _start(cursor: Cursor, flow: Flow, planned: Sequence[tuple[InputWork, PlannedInput]]) -> None:
    plans = [scanned.plan for _, scanned in planned]
    columns = {
        "inputs": [work.id for work, _ in planned],
        "shas": [plan.sha256 for plan in plans],
        "sizes": [plan.size for plan in plans],
        "dialects": [json.dumps(scanned.dialect) for _, scanned in planned],
        "raws": [scanned.raw for _, scanned in planned],
        "notes": [scanned.note for _, scanned in planned],
        "parts": [len(plan.parts) for plan in plans],
        "planned": [plan.read for plan in plans],
    }
    cursor.execute(query("start_batch"), columns | {"code_version": __version__})
    add_parts(cursor, flow, [(work, scanned.plan) for work, scanned in planned])
