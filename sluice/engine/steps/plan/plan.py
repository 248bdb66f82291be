"""plan: read an input once, know it by its content, and cut it into parts.

An input whose content is loaded already has nothing to do; one whose content another run is loading waits for
it. A file that cannot be read as what it says it is fails with one sentence, and the other inputs go on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.base.settings import settings
from sluice.engine.database.connection import transaction
from sluice.engine.database.locks import Lock, lock
from sluice.engine.database.statements import statements
from sluice.engine.declare import Files, Flow, Table
from sluice.engine.formats.csv import InputPlan
from sluice.engine.formats.csv.source import Tick
from sluice.engine.formats.known import ABSENT, plan_text
from sluice.engine.ledger.inputs import note_fetched
from sluice.engine.ledger.outcomes import end_input
from sluice.engine.ledger.steps import Claim, finish
from sluice.engine.rows.contract import Contract
from sluice.engine.sources.fetch import Known, NothingNew, fetch, last_known
from sluice.engine.sources.fetched import is_fetched
from sluice.engine.sources.landing import copying
from sluice.engine.sources.opening import identity, opened
from sluice.engine.steps.plan.absent import absent_columns, match_columns, note_of
from sluice.engine.steps.plan.contents import (
    ContentsUnknown,
    leave_out,
    note_content,
    wait_for_contents,
    wait_for_earlier_runs,
)
from sluice.engine.steps.plan.progress import Scanning
from sluice.engine.storage import exists, stamp
from sluice.engine.tables.loaded_rows import missing_inputs
from sluice.errors import DataError, EarlierRunOpen, LostClaim, NoRows, TransientError
from sluice.version import __version__

query = statements(__name__)


@dataclass(frozen=True)
class InputWork:
    """An input as the ledger knows it before it is planned."""

    id: int
    run: int
    position: int
    pipeline: str
    source: str
    uri: str
    contract: str
    state: str
    options: dict[str, Any]
    revision: str | None = None
    redeclared: str | None = None


def read_input(held: Claim) -> InputWork:
    """The input of a claimed plan step."""
    with transaction() as cursor:
        cursor.execute(query("read_input"), {"input": held.input})
        row = cursor.fetchone()
    if row is None:
        raise LostClaim(f"Input {held.input} is not in the ledger any more.")
    return InputWork(*row)


def plan_input(held: Claim, work: InputWork, flow: Flow, contract: Contract, beat: Callable[[], None]) -> None:
    """Plan one input and write its parts to the ledger. `beat` is called often and may raise LostClaim.

    Raises EarlierRunOpen while an earlier run has yet to plan the same file, or to end with the same snapshot.
    """
    _let_earlier_run_plan(work, snapshot=flow.source.snapshot)
    wait_for_earlier_runs(work)
    if flow.table.on_conflict == "update":
        wait_for_contents(work)
    before = stamp(work.uri) if isinstance(flow.source, Files) else None
    try:
        found = _scan(work, flow, contract, beat)
    except NothingNew as nothing:
        with transaction() as cursor:
            end_input(cursor, work.id, "already_loaded", same_as=nothing.same_as, note=nothing.left_out)
            finish(cursor, held)
        return
    except DataError as error:
        with transaction() as cursor:
            _note_stamp(cursor, work, before)
            end_input(cursor, work.id, "failed", code=error.code, error=error.reason)
            finish(cursor, held)
        return
    failpoint("plan.scanned")
    try:
        with transaction() as cursor:
            _note_stamp(cursor, work, before)
            _record(cursor, work, flow, found)
            finish(cursor, held)
    except ContentsUnknown:
        note_content(work, found.plan.sha256, found.plan.size)
        raise
    failpoint("plan.committed")


def _let_earlier_run_plan(work: InputWork, *, snapshot: bool) -> None:
    """Raise TransientError while an earlier run has yet to plan the same file. No run waits for a later one."""
    with transaction() as cursor:
        cursor.execute(query("earlier_plan"), {"pipeline": work.pipeline, "uri": work.uri, "run": work.run})
        row = cursor.fetchone()
    if row is not None and row[0] is not None:
        raise EarlierRunOpen(f"Run {row[0]} has the same file before it and plans it first.")
    if snapshot:
        with transaction() as cursor:
            cursor.execute(
                query("earlier_snapshot"), {"pipeline": work.pipeline, "source": work.source, "run": work.run}
            )
            row = cursor.fetchone()
        if row is not None and row[0] is not None:
            raise EarlierRunOpen(f"Run {row[0]} brings an older snapshot of {work.source} and ends first.")


@dataclass(frozen=True)
class _Scanned:
    """What one pass over an input found: its plan, the copy in the landing if there is one, and a note."""

    plan: InputPlan
    dialect: dict[str, Any]
    landed: str | None
    note: str | None
    noted: dict[str, str] | None
    raw: str | None


def _scan(work: InputWork, flow: Flow, contract: Contract, beat: Callable[[], None]) -> _Scanned:
    pulse = Scanning(work.id, beat)
    beside: dict[str, Any] = {}
    noted, landed, names, raw, left_out = None, None, None, None, None
    if isinstance(flow.source, Files):
        try:
            planned, landed, encoding, names = _read(work.uri, flow.source, flow.table, pulse.tick, contract.wanted)
        except NoRows as none:
            match_columns(none.header, flow.table, contract)  # a header that is not the declared one is the worse news
            raise
        raw = identity(work.uri) if landed else f"sha256:{planned.sha256}"
        beside = {"encoding": encoding} if encoding else {}
    else:
        fresh = bool(work.options.get("reload"))
        known = Known() if fresh else last_known(work.pipeline, flow.source, work.contract, beat)
        planned, landed, noted, left_out = fetch(flow.source, flow.table.columns, known, pulse.tick)
    match = match_columns(names or planned.dialect.header, flow.table, contract)
    absent = absent_columns(flow.table, match)
    beside |= {ABSENT: absent} if absent else {}
    note = " ".join(filter(None, (work.redeclared, note_of(flow.table, match), left_out))) or None
    return _Scanned(planned, planned.dialect.to_json() | beside, landed, note, noted, raw)


class _Found(NamedTuple):
    """The plan of a file, the copy in the landing if one had to be made, what it was decoded from, and its columns
    where the copy has not all of them."""

    plan: InputPlan
    landed: str | None
    encoding: str | None
    names: tuple[str, ...] | None


def _read(uri: str, source: Files, table: Table, tick: Tick, wanted: Sequence[str]) -> _Found:
    with opened(uri, source, table) as text:
        if text.in_place:
            return _Found(plan_text(text.stream, text.head, text.source, tick, wanted), None, text.encoding, None)
        with copying(text.stream) as copy:
            planned = plan_text(copy, text.head, text.source, tick, wanted)
            return _Found(planned, copy.keep(planned.sha256), text.encoding, text.names)


def _note_stamp(cursor: Cursor, work: InputWork, before: str | None) -> None:
    """Schedules know by it that they need not look at this file again until it changes. What is fetched has none."""
    cursor.execute(query("note_stamp"), {"input": work.id, "stamp": before})


def _record(cursor: Cursor, work: InputWork, flow: Flow, found: _Scanned) -> None:
    """Write what the scan found, or what it means that this content was seen before."""
    planned = found.plan
    lock(cursor, Lock.CONTENT, planned.sha256)
    if found.landed is not None and not exists(found.landed):
        raise TransientError(f"The copy {found.landed} was purged before it was needed; it is made again.")
    content = {"pipeline": work.pipeline, "source": work.source, "sha256": planned.sha256, "input": work.id}
    limits = {"code_version": __version__, "max_crashes": settings().max_crashes}
    cursor.execute(query("same_content"), content | limits | {"run": work.run} | {"newest": is_fetched(work.uri)})
    others = cursor.fetchall()
    facts = {"sha256": planned.sha256, "size": planned.size}
    ordered = flow.table.on_conflict == "update"
    if ordered and leave_out(cursor, work, flow.table, facts):
        return
    judged = bool(others) and (not ordered or others[0][2] == "failed") and not _is_gone(cursor, flow, others[0])
    if judged and _is_taken_care_of(cursor, work, others[0], facts):
        return
    if ordered and not work.options.get("reload"):
        others = []  # it is applied once more, over what is there
    start = facts | {
        "input": work.id,
        "dialect": json.dumps(found.dialect),
        "note": found.note,
        "landed": found.landed,
        "raw": found.raw,
        "ordered": ordered,
        "replaces": _replaced(cursor, work, content | {"raw": found.raw}, others),
        "parts": len(planned.parts),
        "planned": planned.read,
        "code_version": __version__,
    }
    cursor.execute(query("start_loading"), start)
    if found.noted is not None:
        note_fetched(cursor, work.id, found.noted)
    _add_parts(cursor, work, planned)
    cursor.execute(query("add_planned"), {"run": work.run, "planned": planned.read})


def _is_gone(cursor: Cursor, flow: Flow, other: tuple[int, int, str, str, int, bool, str | None]) -> bool:
    """Whether rows that were loaded are not there any more, because their table was emptied or made anew."""
    return other[2] == "done" and bool(missing_inputs(cursor, flow.table, [other[0]], only_made_anew=True))


def _replaced(
    cursor: Cursor,
    work: InputWork,
    content: dict[str, Any],
    others: list[tuple[int, int, str, str, int, bool, str | None]],
) -> list[int]:
    """Inputs whose rows this one replaces: the same content, and the same file read under another declaration."""
    cursor.execute(query("other_readings"), content | {"contract": work.contract, "run": work.run})
    same = {other for other, run, state, *_ in others if run < work.run and state in ("done", "failed")}
    return sorted(same | {other for (other,) in cursor.fetchall()})


def _is_taken_care_of(
    cursor: Cursor, work: InputWork, other: tuple[int, int, str, str, int, bool, str | None], facts: dict[str, Any]
) -> bool:
    """Whether the same content is loading, loaded, known to kill its workers, or known to have no row that can be
    loaded: then this input is not loaded."""
    their_id, their_run, state, contract, position, poison, hopeless = other
    if state in ("loading", "loaded"):
        if their_run == work.run:
            if work.position < position:
                cursor.execute(query("lower_position"), {"input": their_id, "position": work.position})
            end_input(cursor, work.id, "already_loaded", same_as=their_id, **facts)
        else:
            cursor.execute(query("attach_input"), facts | {"input": work.id, "same_as": their_id, "ordered": False})
        return True
    if work.options.get("reload") or contract != work.contract:
        return False
    if state == "done":
        end_input(cursor, work.id, "already_loaded", same_as=their_id, **facts)
        return True
    if poison:
        reason = (
            f"The same content has killed its workers before (input {their_id} of run {their_run}). "
            f"`sluice retry {their_run}` tries it once more."
        )
        end_input(cursor, work.id, "failed", code="poison", error=reason, **facts)
        return True
    if hopeless is not None:
        reason = (
            f"Nothing of the same content could be loaded before, under the same declaration (input {their_id} of run "
            f"{their_run}). {hopeless} Correct the declaration or the file; `sluice retry {their_run}` tries it again."
        )
        end_input(cursor, work.id, "failed", code="nothing_loaded", same_as=their_id, error=reason, **facts)
        return True
    return False


def _add_parts(cursor: Cursor, work: InputWork, planned: InputPlan) -> None:
    parts = planned.parts
    ends = [after.first_line for after in parts[1:]] + [None]
    columns = {
        "input": work.id,
        "run": work.run,
        "numbers": [p.number for p in parts],
        "starts": [p.offset for p in parts],
        "lengths": [p.length for p in parts],
        "lines": [p.first_line for p in parts],
        "ends": ends[: len(parts)],
        "planned": [p.read for p in parts],
        "shas": [p.sha256 for p in parts],
        "overlong": [p.overlong for p in parts],
        "well_quoted": [p.well_quoted for p in parts],
    }
    cursor.execute(query("add_parts"), columns)
