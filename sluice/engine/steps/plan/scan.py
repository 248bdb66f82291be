"""The scan of an input: its source reads it once, and its columns are matched with the declared ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sluice.engine.declare import Flow
from sluice.engine.formats.known import ABSENT
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.rows.contract import Contract
from sluice.engine.sources.kind import AtHand, ScanRequest, ScanResult
from sluice.engine.sources.known import kind_of
from sluice.engine.steps.plan.absent import absent_columns, match_columns, note_of
from sluice.engine.steps.plan.progress import Scanning
from sluice.engine.steps.plan.work import InputWork
from sluice.engine.storage.address import printable_lines
from sluice.errors import NoRows


@dataclass(frozen=True)
class PlannedInput:
    """The result of one pass over an input: its plan, and what the ledger records.

    `dialect` is the plan's, with further facts. `landed` is the address of the copy in the landing, if any, `noted`
    what the next input of the source needs to know, `raw` the hash of the input before it is unpacked and decoded.
    """

    plan: InputPlan
    dialect: dict[str, Any]
    landed: str | None
    note: str | None
    noted: dict[str, str] | None
    raw: str | None


def scan(
    work: InputWork, flow: Flow, contract: Contract, beat: Callable[[], None], at_hand: AtHand | None = None
) -> PlannedInput:
    """Read an input once, unless it is `at_hand`. `beat` is called often. Raises as `SourceKind.scan` and
    `match_columns` do."""
    request = _request(work, flow, contract, beat, at_hand)
    return scanned(lambda: kind_of(flow.source, work.uri).scan(flow.source, request), flow, contract, work.redeclared)


def scanned(
    scan_source: Callable[[], ScanResult], flow: Flow, contract: Contract, redeclared: str | None = None
) -> PlannedInput:
    """The scan of a source, its columns matched with the declared ones. Raises as `scan` does."""
    try:
        read = scan_source()
    except NoRows as none:
        match_columns(none.header, flow.table, contract)  # a wrong header is reported first
        raise
    match = match_columns(read.names or read.plan.dialect.header, flow.table, contract)
    dialect = read.plan.dialect.to_json() | _extra_facts(read, absent_columns(flow.table, match))
    note = " ".join(filter(None, (redeclared, read.plan.note, note_of(flow, match), read.left_out)))
    return PlannedInput(read.plan, dialect, read.landed, printable_lines(note) or None, read.noted, read.raw)


def _request(
    work: InputWork, flow: Flow, contract: Contract, beat: Callable[[], None], at_hand: AtHand | None
) -> ScanRequest:
    return ScanRequest(
        uri=work.uri,
        pipeline=work.pipeline,
        contract=work.contract,
        table=flow.table,
        headers=contract.requested,
        reload=bool(work.options.get("reload")),
        tick=Scanning(work.id, beat).tick,
        beat=beat,
        at_hand=at_hand,
        input=work.id,
    )


def _extra_facts(read: ScanResult, absent: list[str]) -> dict[str, Any]:
    """What the ledger stores with the dialect."""
    encoding: dict[str, Any] = {"encoding": read.encoding} if read.encoding else {}
    return encoding | ({ABSENT: absent} if absent else {})
