"""The parts of a file that is previewed: as the ledger would have them, read as a run reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.declare import Files, Flow, OfType
from sluice.engine.formats.known import stored_format
from sluice.engine.formats.text.spans import PartSpan
from sluice.engine.ledger.parts import PartWork
from sluice.engine.rows.contract import Contract, Transformed
from sluice.engine.rows.frames import RawFrame
from sluice.engine.sources.files.beginning import scan_beginning
from sluice.engine.sources.kind import ScanRequest, ScanResult
from sluice.engine.sources.known import kind_of
from sluice.engine.steps.part.extract import read_part_text
from sluice.engine.steps.plan.absent import match_columns, unknown_columns
from sluice.engine.steps.plan.scan import PlannedInput, scanned
from sluice.engine.types.base import Int64s

CONVERTED = "converted"  # the format of a file that is not text: it is read as CSV or JSON lines


@dataclass(frozen=True)
class Planned:
    """A file that was planned: its parts, how many records of each are looked at, and whether these are all.

    `not_loaded` are columns of the file that the table does not have.
    """

    scan: PlannedInput
    parts: tuple[tuple[PartWork, int], ...]
    whole: bool
    format: str
    not_loaded: tuple[str, ...]

    @property
    def records(self) -> int:
        """How many records are looked at."""
        return sum(kept for _, kept in self.parts)


class Rows(NamedTuple):
    """A part's rows: what the format has read, that as the types got it, and the rows under the contract."""

    raw: RawFrame
    text: pa.Table
    done: Transformed

    @property
    def good(self) -> Int64s:
        """The rows that fulfil the contract, in the order of their lines."""
        return np.sort(np.concatenate([self.done.places, self.done.repeated]))


def plan_file(uri: str, pipeline: str, flow: Flow, contract: Contract, most: int | None) -> Planned:
    """Plan a file, or no more than the first `most` records of it. Raises as the scan of a run does."""
    request = ScanRequest(
        uri=uri,
        pipeline=pipeline,
        contract=contract.version,
        table=flow.table,
        headers=contract.requested,
        reload=False,
        tick=lambda _: None,
        beat=lambda: None,
    )
    read: list[tuple[ScanResult, bool]] = []

    def scan_source() -> ScanResult:
        if most is not None and isinstance(flow.source, Files) and not isinstance(flow.source, OfType):
            read.append(scan_beginning(flow.source, request, most))
        else:
            read.append((kind_of(flow.source).scan(flow.source, request), True))
        return read[0][0]

    scan = _without_lists(scanned(scan_source, flow, contract), flow)
    result, whole = read[0]
    names = result.names or scan.plan.dialect.header
    works = [_part(uri, pipeline, flow, contract, scan, span) for span in scan.plan.parts]
    return Planned(
        scan,
        tuple(_first(works, most)),
        whole and (most is None or scan.plan.read <= most),
        CONVERTED if result.names else stored_format(scan.dialect),
        tuple(unknown_columns(flow, match_columns(names, flow.table, contract))),
    )


def _without_lists(scan: PlannedInput, flow: Flow) -> PlannedInput:
    """The scan with a note on the lists of its records, which only a run reads."""
    lists = ", ".join(repr(each.of) for each in flow.table.children)
    note = f"A run loads the lists {lists} into tables of their own; they are not looked at here."
    return replace(scan, note=" ".join(filter(None, (scan.note, note)))) if lists else scan


def read_rows(work: PartWork, kept: int, contract: Contract) -> Rows:
    """Read and type the first `kept` records of a part. Raises InputChanged, and PermanentError of a transform."""
    raw = read_part_text(work, contract)
    if kept < work.planned:
        raw = _cut(raw, kept)
    text, dropped = contract.text(raw.rows)
    return Rows(raw, text, contract.typed(text, dropped, came=raw.rows.num_rows, today=datetime.now(UTC).date()))


def _first(works: Sequence[PartWork], most: int | None) -> list[tuple[PartWork, int]]:
    """The parts that have the first records, and how many of each."""
    if most is None:
        return [(work, work.planned) for work in works]
    found, left = [], most
    for work in works:
        kept = min(left, work.planned)
        found += [(work, kept)] if kept else []
        left -= kept
    return found


def _cut(raw: RawFrame, kept: int) -> RawFrame:
    """The first records of a part: each is one row or one reject, and their lines ascend."""
    lines = np.concatenate([raw.rows.column("_line").to_numpy(), raw.rejects.column("line").to_numpy()])
    last = int(np.partition(lines, kept - 1)[kept - 1])
    rows, rejects = (
        table.filter(pc.less_equal(table.column(line), last)).combine_chunks()
        for table, line in ((raw.rows, "_line"), (raw.rejects, "line"))
    )
    return RawFrame(rows, rejects)


def _part(uri: str, pipeline: str, flow: Flow, contract: Contract, scan: PlannedInput, span: PartSpan) -> PartWork:
    return PartWork(
        part=0,
        number=span.number,
        start=span.offset,
        length=span.length,
        first_line=span.first_line,
        end_line=None,
        planned=span.read,
        sha256=span.sha256,
        overlong=span.overlong,
        well_quoted=span.well_quoted,
        input=0,
        run=0,
        pipeline=pipeline,
        source=flow.source.name,
        uri=uri,
        input_sha256=scan.plan.sha256,
        size=scan.plan.size,
        contract=contract.version,
        dialect=scan.dialect,
        replaces=[],
        staged=False,
        position=0,
        landed=scan.landed,
        parts=len(scan.plan.parts),
        max_rejects=None,
        reload=False,
        revision=None,
    )
