"""The result of a scan, written to the ledger: the input is loading, and its parts are due."""

from __future__ import annotations

import json
from collections.abc import Sequence

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.locks import Lock, lock
from sluice.engine.database.statements import statements
from sluice.engine.declare import Flow
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.ledger.inputs.shared import note_fetched
from sluice.engine.sources.known import kind_of
from sluice.engine.steps.plan.contents import skip_applied
from sluice.engine.steps.plan.same import OtherInput, replaced_by, resolve_same_content, rows_are_gone, same_content
from sluice.engine.steps.plan.scan import PlannedInput
from sluice.engine.steps.plan.work import InputWork
from sluice.engine.storage import exists
from sluice.errors import TransientError
from sluice.version import __version__

query = statements(__name__)


def write_plan(cursor: Cursor, work: InputWork, flow: Flow, scanned: PlannedInput) -> None:
    """Write the result of the scan, or end the input if its content needs no loading."""
    planned = scanned.plan
    lock(cursor, Lock.CONTENT, planned.sha256)
    if scanned.landed is not None and not exists(scanned.landed):
        raise TransientError(f"The copy {scanned.landed} was purged before it was needed; it is made again.")
    only_newest = kind_of(flow.source).only_newest
    others = same_content(cursor, work, planned.sha256, only_newest=only_newest)
    facts = {"sha256": planned.sha256, "size": planned.size}
    ordered = flow.table.on_conflict == "update"
    if ordered and skip_applied(cursor, work, flow.table, facts):
        return
    judged = bool(others) and (not ordered or others[0].state == "failed")
    if (
        judged
        and not rows_are_gone(cursor, flow.table, others[0])
        and resolve_same_content(cursor, work, others[0], facts)
    ):
        return
    if ordered and not work.options.get("reload"):
        others = []  # it is applied again, over the rows that are there
    _start(cursor, work, scanned, others, ordered=ordered)


def _start(
    cursor: Cursor, work: InputWork, scanned: PlannedInput, others: Sequence[OtherInput], *, ordered: bool
) -> None:
    planned = scanned.plan
    start = {
        "sha256": planned.sha256,
        "size": planned.size,
        "input": work.id,
        "dialect": json.dumps(scanned.dialect),
        "note": scanned.note,
        "landed": scanned.landed,
        "raw": scanned.raw,
        "ordered": ordered,
        "replaces": replaced_by(cursor, work, others, scanned),
        "parts": len(planned.parts),
        "planned": planned.read,
        "code_version": __version__,
    }
    cursor.execute(query("start_loading"), start)
    if scanned.noted is not None:
        note_fetched(cursor, work.id, scanned.noted)
    _add_parts(cursor, work, planned)
    cursor.execute(query("add_planned"), {"run": work.run, "planned": planned.read})


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
