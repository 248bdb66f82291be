"""plan of a batch: small files are read one after another, and written to the ledger in one transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence

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
from sluice.engine.sources.kind import AtHand
from sluice.engine.sources.known import kind_of
from sluice.engine.steps.batch.at_once import fit, load_at_once
from sluice.engine.steps.batch.known import end_loaded
from sluice.engine.steps.batch.read import ReadInput, read_one, stamp_of, take_all
from sluice.engine.steps.plan.plan import earlier_plans
from sluice.engine.steps.plan.same import OtherInput, loaded_contents, read_otherwise, same_contents
from sluice.engine.steps.plan.scan import PlannedInput
from sluice.engine.steps.plan.stamps import NOT_READ, Unchanged, known_by_stamp, note_stamps
from sluice.engine.steps.plan.work import InputWork
from sluice.engine.steps.plan.write import add_parts, write_plan
from sluice.errors import DataError

query = statements(__name__)

TURN_S = 0.5  # until an earlier run may have planned its files


def plan_batch(
    claims: Sequence[Claim],
    works: Sequence[InputWork],
    flow: Flow,
    contract: Contract,
    beat: Callable[[], None],
    *,
    load_within_s: float | None = None,
) -> None:
    """Plan inputs of one run and declaration, as `plan_input` does for each. `beat` is called often, and may raise
    LostClaim. With `load_within_s` those of new content are loaded at once, if they can be; it limits the pipeline's
    own code.

    Files that an earlier run has yet to plan wait. A file that cannot be read now comes back alone: there its error is
    raised again, and handled by its kind.
    """
    earlier = earlier_plans(works)
    pairs = {work.id: (claim, work) for claim, work in zip(claims, works, strict=True)}
    going = {this: pair for this, pair in pairs.items() if this not in earlier}
    stamps = {this: stamp_of(work, flow) for this, (_, work) in going.items()}
    known = known_by_stamp([work for _, work in going.values()], flow, stamps)
    of = {this: claim for this, (claim, _) in going.items()}
    skipped = end_loaded(of, known, flow, NOT_READ, as_it_is=False)
    left = {this: pair for this, pair in going.items() if this not in skipped.ended}
    at_hand = take_all([work for _, work in left.values()], flow, stamps, beat)
    contents = [_content(left[this][1], each) for this, each in at_hand.items()]
    same = end_loaded(of, contents, flow, None, as_it_is=True)
    new = {this: pair for this, pair in left.items() if this not in same.ended}
    tried = [read_one(*pair, stamps[this], at_hand.get(this), flow, contract, beat) for this, pair in new.items()]
    read = [each for each in tried if isinstance(each, ReadInput)]
    alone = [each for each in tried if isinstance(each, Claim)]
    failpoint("plan.scanned")
    whole = [] if load_within_s is None else fit(read, flow, same.had)
    at_once = {each.work.id for each in whole}
    _write_all(flow, [each for each in read if each.work.id not in at_once])
    if whole and not load_at_once(whole, flow, contract, load_within_s or 0):
        _write_all(flow, [each for each in read if each.work.id in at_once])
    # not sooner: the heartbeat takes a batch that lacks a step for one that was taken over
    _wait_for_runs([*pairs.values()], earlier)
    if alone:
        come_alone(alone)
    failpoint("plan.committed")


def _content(work: InputWork, at_hand: AtHand) -> Unchanged:
    """What an input's content is, if it is neither unpacked nor decoded."""
    return Unchanged(work, at_hand.stamp, hashlib.sha256(at_hand.data).hexdigest(), len(at_hand.data))


def _wait_for_runs(pairs: Sequence[tuple[Claim, InputWork]], earlier: Mapping[int, str]) -> None:
    """Release the steps of inputs that wait for earlier runs, each with the sentence that says for which."""
    for reason in sorted(set(earlier.values())):
        release_batch([claim for claim, work in pairs if earlier.get(work.id) == reason], reason, TURN_S)


def _write_all(flow: Flow, read: Sequence[ReadInput]) -> None:
    """Write inputs that were read, and end their steps, which are locked before their inputs and run, as everywhere."""
    if read:
        with transaction() as cursor:
            finish_batch(cursor, [each.claim for each in read])
            _write(cursor, flow, read)


def _write(cursor: Cursor, flow: Flow, read: Sequence[ReadInput]) -> None:
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
    otherwise = read_otherwise(cursor, works, [scanned for _, scanned in planned.values()])
    loaded = loaded_contents(cursor, works, others, flow.table)
    first_here = {scanned.plan.sha256: this for this, (_, scanned) in reversed([*planned.items()])}.values()
    new = [
        this
        for this, (_, scanned) in planned.items()
        if this in first_here and this not in others and this not in otherwise and _is_plain(scanned)
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
    cursor.execute(query("start_batch"), columns)
    add_parts(cursor, flow, [(work, scanned.plan) for work, scanned in planned])
