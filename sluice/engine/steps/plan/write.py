"""The result of a scan, written to the ledger: the input is loading, and its parts are due."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.locks import Lock, lock
from sluice.engine.database.statements import statements
from sluice.engine.declare import Flow, OfType
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.formats.text.spans import PartSpan
from sluice.engine.ledger.inputs.shared import note_fetched
from sluice.engine.ledger.outcomes import end_empty
from sluice.engine.sources.files.light import LIGHT_BYTES, is_light_flow
from sluice.engine.sources.known import kind_of
from sluice.engine.steps.plan.contents import skip_applied
from sluice.engine.steps.plan.same import OtherInput, replaced_by, resolve_same_content, rows_are_gone, same_content
from sluice.engine.steps.plan.scan import PlannedInput
from sluice.engine.steps.plan.work import InputWork
from sluice.engine.storage import exists
from sluice.errors import DataError, TransientError
from sluice.version import __version__

query = statements(__name__)


def write_plan(
    cursor: Cursor,
    work: InputWork,
    flow: Flow,
    scanned: PlannedInput,
    children: Sequence[Mapping[str, str | None]] = (),
) -> None:
    """Write the result of the scan, or end the input if its content needs no loading. `children`: see `plan_input`.

    Raises DataError `file_changed` where records of another type of the same file were read from other bytes.
    """
    planned = scanned.plan
    if isinstance(flow.source, OfType):
        _refuse_mixed(cursor, work, scanned)
    lock(cursor, Lock.CONTENT, planned.sha256)
    if scanned.landed is not None and not exists(scanned.landed):
        raise TransientError(f"The copy {scanned.landed} was purged before it was needed; it is made again.")
    only_newest = kind_of(flow.source, work.uri).only_newest
    others = same_content(cursor, work, planned.sha256, only_newest=only_newest)
    facts = {"sha256": planned.sha256, "size": planned.size}
    ordered = flow.table.updates
    if ordered and skip_applied(cursor, work, flow.table, facts):
        return
    judged = bool(others) and (not ordered or others[0].state in ("failed", "over_limit"))
    if (
        judged
        and not rows_are_gone(cursor, flow.table, others[0])
        and resolve_same_content(cursor, work, others[0], facts)
    ):
        return
    if ordered and not work.options.get("reload"):
        others = []  # it is applied again, over the rows that are there
    _start(cursor, work, flow, scanned, others, children)


def _refuse_mixed(cursor: Cursor, work: InputWork, scanned: PlannedInput) -> None:
    """Each type of record is read on its own: a file that changes in between must not be loaded half and half."""
    lock(cursor, Lock.CONTENT, f"{work.run} {work.uri}")
    beside = {"run": work.run, "uri": work.uri, "input": work.id, "raw": scanned.raw}
    cursor.execute(query("changed_between_types"), beside)
    row = cursor.fetchone()
    if row is not None:
        raise DataError(
            "file_changed",
            f"The file was changed after its records of {row[0]} had been read, so these here are of another content: "
            "nothing of them was loaded. Run the file again when it is complete.",
        )


def _start(
    cursor: Cursor,
    work: InputWork,
    flow: Flow,
    scanned: PlannedInput,
    others: Sequence[OtherInput],
    children: Sequence[Mapping[str, str | None]],
) -> None:
    planned = scanned.plan
    replaces = replaced_by(cursor, work, others, scanned)
    start = {
        "sha256": planned.sha256,
        "size": planned.size,
        "input": work.id,
        "dialect": json.dumps(scanned.dialect),
        "note": scanned.note,
        "landed": scanned.landed,
        "raw": scanned.raw,
        "ordered": flow.table.updates,
        "replaces": replaces,
        "parts": len(planned.parts),
        "planned": planned.read,
        "code_version": __version__,
        "children": json.dumps(children) if children else None,
    }
    cursor.execute(query("start_loading"), start)
    _note_replays(cursor, work, replaces)
    if scanned.noted is not None:
        note_fetched(cursor, work.id, scanned.noted)
    if planned.parts:
        add_parts(cursor, flow, [(work, planned)], alone=bool(replaces))
    else:
        end_empty(cursor, work.run, work.id)


def _note_replays(cursor: Cursor, work: InputWork, replaces: Sequence[int]) -> None:
    if not replaces:
        return
    cursor.execute(query("replays_among"), {"inputs": [*replaces]})
    (runs,) = cursor.fetchone() or (None,)
    if runs:
        note = f"Rows that were rejected before, and loaded by replays, are replaced with the others (run {runs})."
        cursor.execute(query("note_replays"), {"input": work.id, "note": note})


def add_parts(
    cursor: Cursor, flow: Flow, planned: Sequence[tuple[InputWork, InputPlan]], *, alone: bool = False
) -> None:
    """Write the parts of inputs of one run, each with its step; light ones are loaded in batches, unless `alone`."""
    parts = [(work, part, after) for work, plan in planned for part, after in _with_next(plan.parts)]
    light = {work.id for work, plan in planned if not alone and is_light_plan(work, flow, plan)}
    columns = {
        "run": planned[0][0].run,
        "inputs": [work.id for work, _, _ in parts],
        "numbers": [p.number for _, p, _ in parts],
        "starts": [p.offset for _, p, _ in parts],
        "lengths": [p.length for _, p, _ in parts],
        "lines": [p.first_line for _, p, _ in parts],
        "ends": [after and after.first_line for _, _, after in parts],
        "planned": [p.read for _, p, _ in parts],
        "shas": [p.sha256 for _, p, _ in parts],
        "overlong": [p.overlong for _, p, _ in parts],
        "well_quoted": [p.well_quoted for _, p, _ in parts],
        "light": [work.id in light for work, _, _ in parts],
    }
    cursor.execute(query("add_parts"), columns)
    count_planned(cursor, planned[0][0].run, sum(plan.read for _, plan in planned))


def count_planned(cursor: Cursor, run: int, rows: int) -> None:
    """Count rows into those that the run is to load."""
    cursor.execute(query("add_planned"), {"run": run, "planned": rows})


def _with_next(parts: Sequence[PartSpan]) -> Iterator[tuple[PartSpan, PartSpan | None]]:
    return zip(parts, [*parts[1:], None], strict=True)


def is_light_plan(work: InputWork, flow: Flow, plan: InputPlan) -> bool:
    """Whether the input's only part may be loaded in a batch."""
    options = work.options.get("reload") or work.options.get("max_rejects") is not None
    if options or not is_light_flow(flow) or len(plan.parts) != 1:
        return False
    return plan.parts[0].length <= LIGHT_BYTES and not plan.parts[0].overlong
