"""plan of a batch: small files are read one after another, and written to the ledger in one transaction."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
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
from sluice.engine.steps.plan.same import OtherInput, is_loaded, same_contents
from sluice.engine.steps.plan.scan import PlannedInput, scan
from sluice.engine.steps.plan.stamps import Unchanged, note_stamps, skip_unchanged, unchanged_inputs
from sluice.engine.steps.plan.work import InputWork
from sluice.engine.steps.plan.write import add_parts, write_plan
from sluice.engine.tables.loaded_rows import missing_inputs
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
        with transaction() as cursor:
            finish_batch(cursor, [each.claim for each in read])
            _write(cursor, flow, read)
    alone += _skip(unchanged, {work.id: claim for claim, work in pairs}, flow)
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


def _skip(unchanged: Sequence[Unchanged], claims: Mapping[int, Claim], flow: Flow) -> list[Claim]:
    """End inputs whose files need not be read. Returns the claims of those that have to be read after all."""
    mine = [claims[each.work.id] for each in unchanged]
    with suppress(_MustBeRead), transaction() as cursor:
        if mine:
            finish_batch(cursor, mine)
            if not skip_unchanged(cursor, unchanged, flow):
                raise _MustBeRead  # the transaction is rolled back
        return []
    return mine


class _MustBeRead(Exception):
    """A content is not loaded any more."""


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
    loaded: dict[int, int] = {}  # input: the one that has loaded its content
    new: list[int] = []
    seen: set[str] = set()
    for this, (work, scanned) in planned.items():
        known, first_here = others.get(this, []), scanned.plan.sha256 not in seen
        seen.add(scanned.plan.sha256)
        if first_here and is_loaded(work, known):
            loaded[this] = known[0].input
        elif first_here and not known and this not in read_otherwise and _is_plain(scanned):
            new.append(this)
    gone = {each.input for each in missing_inputs(cursor, flow.table, [*loaded.values()], only_made_anew=True)}
    loaded = {this: other for this, other in loaded.items() if other not in gone}
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
