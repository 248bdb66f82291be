"""Small files of new content from bytes to rows in the transaction that plans them: one claim, and one state of each.

Their books are the same as those of a part that goes from step to step: what plan counted is compared with what COPY
counted. Only for what usually happens. Where a content or a key is known, or a file has to wait for others, nothing is
written, and the plans are written as always. After an error the steps come back alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.base.own_code import limited
from sluice.engine.database.connection import patiently, transaction
from sluice.engine.database.locks import Lock, lock_all
from sluice.engine.database.statements import statements
from sluice.engine.declare import Flow, Table
from sluice.engine.ledger.batches.claims import finish_batch
from sluice.engine.ledger.outcomes import count_whole_inputs
from sluice.engine.ledger.parts import PartWork
from sluice.engine.ledger.steps import Claim
from sluice.engine.load import bulk
from sluice.engine.load.bulk import KeyAbsent, Unwritten
from sluice.engine.load.optimistic import SortedLoad
from sluice.engine.load.partitions import with_partitions
from sluice.engine.load.replaced import clear_replaced
from sluice.engine.load.target import Target
from sluice.engine.rows.contract import Contract
from sluice.engine.rows.frames import ReadyBatch
from sluice.engine.sources.known import kind_of
from sluice.engine.steps.batch.load import Books, close_books, compare_counts, write_rejects
from sluice.engine.steps.batch.read import ReadInput
from sluice.engine.steps.batch.rows import transform_batch
from sluice.engine.steps.batch.text import text_of
from sluice.engine.steps.part.load import is_loaded
from sluice.engine.steps.plan.same import read_otherwise, same_contents
from sluice.engine.steps.plan.scan import PlannedInput
from sluice.engine.steps.plan.work import InputWork
from sluice.engine.steps.plan.write import count_planned, is_light_plan
from sluice.engine.tables.changes.fits import refuse_changed
from sluice.errors import EarlierRunOpen, LostClaim, TransientError

query = statements(__name__)


class _NotAtOnce(Exception):
    """A content or a key is known by now."""


class Whole(NamedTuple):
    """An input that may be loaded at once: its stamp before it was read, its plan, and the bytes of its only part."""

    claim: Claim
    work: InputWork
    stamp: str | None
    scanned: PlannedInput
    data: bytes


def fit(read: Sequence[ReadInput], flow: Flow, had: set[int]) -> list[Whole]:
    """Those of the inputs of a batch that may be loaded at once: light ones, read as they are, whose content no input
    but they `had`."""
    planned = [(each, each.result) for each in read if isinstance(each.result, PlannedInput)]
    times = Counter(scanned.plan.sha256 for _, scanned in planned)
    whole: list[Whole] = []
    for each, scanned in planned:
        in_place = each.at_hand is not None and scanned.landed is None and scanned.noted is None
        new = times[scanned.plan.sha256] == 1 and each.work.id not in had
        if in_place and new and is_light_plan(each.work, flow, scanned.plan):
            (part,) = scanned.plan.parts
            data = each.at_hand.data[part.offset : part.offset + part.length] if each.at_hand else b""
            whole.append(Whole(each.claim, each.work, each.stamp, scanned, data))
    return whole


def load_at_once(read: Sequence[Whole], flow: Flow, contract: Contract, limit_s: float) -> bool:
    """Plan and load inputs, as of `fit`, of one run and declaration. False, with nothing written, if they have to be
    planned first. The pipeline's own code may take `limit_s`. Raises as `load_batch`."""
    works, data = [_work(each) for each in read], [each.data for each in read]
    failpoint("extract.claimed")
    raw = text_of(works, data, contract)
    failpoint("transform.claimed")
    with limited(limit_s, f"The transform of {works[0].pipeline!r} over several files of {works[0].source!r}"):
        ready = transform_batch(works, raw, contract, data)
    failpoint("load.claimed")
    target = Target.of(flow.table)
    bulk.begin(works[0], target, Unwritten(len(works), sum(work.planned for work in works)))
    try:
        return with_partitions(target, ready.rows, lambda: _load(read, works, ready, flow))
    except KeyAbsent:
        bulk.make_index(target)
    return _load(read, works, ready, flow)


def _load(read: Sequence[Whole], works: Sequence[PartWork], ready: ReadyBatch, flow: Flow) -> bool:
    parts: list[int] = []
    try:
        with suppress(_NotAtOnce, EarlierRunOpen), transaction() as cursor:
            finish_batch(cursor, [each.claim for each in read])
            _refuse_known(cursor, read, flow)
            parts += _write(cursor, read, works, ready, flow.table)
            failpoint("load.before_commit")
    except TransientError:
        if not parts or not patiently(lambda: all(map(is_loaded, parts))):
            raise
        return True
    if parts:
        failpoint("load.after_commit")
    return bool(parts)


def _refuse_known(cursor: Cursor, read: Sequence[Whole], flow: Flow) -> None:
    """Lock the contents. Raises _NotAtOnce if one of them is known, or its file was read under another declaration."""
    works, shas = [each.work for each in read], [each.scanned.plan.sha256 for each in read]
    lock_all(cursor, Lock.CONTENT, shas)
    if same_contents(cursor, works, shas, only_newest=kind_of(flow.source).only_newest):
        raise _NotAtOnce
    if read_otherwise(cursor, works, [each.scanned for each in read]):
        raise _NotAtOnce


def _write(
    cursor: Cursor, read: Sequence[Whole], works: Sequence[PartWork], ready: ReadyBatch, table: Table
) -> list[int]:
    """Write rows, parts, rejects, inputs and counters, in the order of every load. Returns the ids of the parts."""
    run, target = works[0].run, Target.of(table)
    keyless = bulk.is_open(cursor, target, run)
    refuse_changed(cursor, [table])
    clear_replaced(cursor, works[0], target)
    if ready.repeats and not keyless:
        raise _NotAtOnce
    rows = SortedLoad(cursor, target, staged=False, bulk=keyless)
    rows.load(ready.rows)
    rows.set_aside(ready.repeats)
    if rows.any_lost:
        raise _NotAtOnce
    books = close_books(works, ready, {})
    parts = _add_parts(cursor, works, books)
    numbered = [replace(work, part=parts[work.input]) for work in works]
    compare_counts(works, books, loaded=rows.loaded, rejected=write_rejects(cursor, numbered, ready.rejects))
    _end_inputs(cursor, read, books)
    count_planned(cursor, run, sum(work.planned for work in works))
    count_whole_inputs(cursor, run, books)
    return [*parts.values()]


def _add_parts(cursor: Cursor, works: Sequence[PartWork], books: Books) -> dict[int, int]:
    columns: dict[str, list[object]] = {
        "inputs": [work.input for work in works],
        "starts": [work.start for work in works],
        "lengths": [work.length for work in works],
        "lines": [work.first_line for work in works],
        "shas": [work.sha256 for work in works],
        "well_quoted": [work.well_quoted for work in works],
    }
    cursor.execute(query("add_loaded_parts"), columns | _counts(books))
    return dict(cursor.fetchall())


def _end_inputs(cursor: Cursor, read: Sequence[Whole], books: Books) -> None:
    scanned = [each.scanned for each in read]
    columns: dict[str, list[object]] = {
        "inputs": [each.work.id for each in read],
        "shas": [each.plan.sha256 for each in scanned],
        "sizes": [each.plan.size for each in scanned],
        "dialects": [json.dumps(each.dialect) for each in scanned],
        "raws": [each.raw for each in scanned],
        "notes": [each.note for each in scanned],
        "stamps": [each.stamp for each in read],
    }
    cursor.execute(query("inputs_loaded"), columns | _counts(books))
    if cursor.rowcount != len(read):
        raise LostClaim(f"Of {len(read)} inputs only {cursor.rowcount} were still to be planned.")


def _counts(books: Books) -> dict[str, list[object]]:
    return {name: [each[name] for each in books.values()] for name in ("read", "loaded", "rejected")}


def _work(read: Whole) -> PartWork:
    """The only part of an input, as `read_parts` would give it; the ledger has no number for it yet."""
    work, scanned = read.work, read.scanned
    (part,) = scanned.plan.parts
    return PartWork(
        part=0,
        number=part.number,
        start=part.offset,
        length=part.length,
        first_line=part.first_line,
        end_line=None,
        planned=part.read,
        sha256=part.sha256,
        overlong=part.overlong,
        well_quoted=part.well_quoted,
        input=work.id,
        run=work.run,
        pipeline=work.pipeline,
        source=work.source,
        uri=work.uri,
        input_sha256=scanned.plan.sha256,
        size=scanned.plan.size,
        contract=work.contract,
        dialect=scanned.dialect,
        replaces=[],
        staged=False,
        position=work.position,
        landed=None,
        parts=1,
        max_rejects=None,
        reload=False,
        revision=work.revision,
        forgotten=work.forgotten,
        registered=work.registered,
    )
