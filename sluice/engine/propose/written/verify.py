"""The proposal tried on the files: the written text is read as a pipeline, and its contract applied as a run would.

Nothing is loaded. Of large files only the beginning is tried.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sluice.engine.declare import Flow, Pipeline
from sluice.engine.formats.csv.header import read_dialect
from sluice.engine.formats.csv.records import count_records
from sluice.engine.formats.jsonl.dialect import JsonLines
from sluice.engine.formats.jsonl.plan import read_keys
from sluice.engine.formats.known import limits, parse_text
from sluice.engine.formats.text.footer import body_of
from sluice.engine.formats.text.header import Names, match_header
from sluice.engine.formats.text.lines import count_lines
from sluice.engine.formats.text.rules import Written
from sluice.engine.formats.text.source import Source
from sluice.engine.propose.layout.blocks import Piece, pieces
from sluice.engine.propose.layout.described import OBJECTS, named
from sluice.engine.propose.layout.look import csv_options
from sluice.engine.propose.proposal import Group
from sluice.engine.registry.reading import read
from sluice.engine.rows.contract import Contract
from sluice.engine.sources.files.opening import opened
from sluice.errors import PermanentError

MOST_BYTES = 64 << 20


@dataclass
class Rejected:
    """Rows that a run would reject for one reason: how many, and the first with its file, line and reason."""

    column: str | None
    code: str
    count: int
    uri: str
    line: int
    reason: str


@dataclass
class Verified:
    """The result: rows `read`, of them `repeated` have a key that is there before, and what is rejected. `whole` if
    all rows of all files were tried. `footers` are totals that would be loaded as rows."""

    read: int = 0
    repeated: int = 0
    whole: bool = True
    footers: set[tuple[str, int]] = field(default_factory=set)
    rejects: dict[tuple[str | None, str], Rejected] = field(default_factory=dict)

    @property
    def rejected(self) -> int:
        return sum(each.count for each in self.rejects.values())

    def add(self, column: str | None, code: str, reason: str, uri: str, line: int) -> None:
        """Count a reject."""
        known = self.rejects.setdefault((column, code), Rejected(column, code, 0, uri, line, reason))
        known.count += 1
        self.footers.discard((uri, line))


def verify(text: str, groups: Sequence[Group], most: int = MOST_BYTES) -> list[Verified]:
    """Try a pipeline's file whose choices are made, on the files of each of its flows. Raises DataError."""
    with tempfile.TemporaryDirectory(prefix="sluice-") as folder:
        path = Path(folder) / "proposed.py"
        path.write_text(text, encoding="utf-8")
        outcome = read(path).outcome
    if not isinstance(outcome, Pipeline):
        raise PermanentError(f"The proposal is not a valid pipeline; please report it. {outcome}")
    return [_verified(flow, group, most) for flow, group in zip(outcome.flows, groups, strict=True)]


def _verified(flow: Flow, group: Group, most: int) -> Verified:
    contract = Contract(flow.table, None, flow.source)
    totals = [] if group.first.source.footer else group.found.footers
    result = Verified(footers={(footer.uri, footer.line) for footer in totals})
    left = most
    for file in group.files:
        with named(file.uri):
            for piece, dialect in _pieces(file.uri, flow, file.format in OBJECTS, tuple(contract.requested)):
                if left <= 0:
                    result.whole = False
                    break
                left -= len(piece.data)
                _apply(piece, dialect, contract, file.uri, result)
    return result


def _pieces(uri: str, flow: Flow, json: bool, requested: tuple[str, ...]) -> Iterator[tuple[Piece, Written]]:
    assert hasattr(flow.source, "pattern")  # noqa: S101 - the proposal has files only
    with opened(uri, flow.source, flow.table) as text:  # type: ignore[arg-type]
        source = Source(text.stream)
        if json:
            keys = read_keys(source, 0, limits())
            dialect: Written = JsonLines(requested, keys.body_offset, keys.body_line, text.encoding)
            body = body_of(source, text.source.footer, dialect.body_line, limits())
            for piece in pieces(body, dialect.body_line, partial(count_lines, longest=limits().max_record_bytes)):
                yield piece, dialect
            return
        csv = read_dialect(source, limits(), csv_options(text.source))
        required = [column.header_name for column in flow.table.columns if column.expected]
        match_header(Names(text.names or csv.header), requested, required)  # a run would refuse the whole file
        body = body_of(source, text.source.footer, csv.body_line, limits())
        for piece in pieces(body, csv.body_line, partial(count_records, rules=csv.quotes)):
            yield piece, csv


def _apply(piece: Piece, dialect: Written, contract: Contract, uri: str, result: Verified) -> None:
    parsed = parse_text(
        piece.data,
        dialect.to_json(),
        contract,
        first_line=piece.first_line,
        read=piece.read,
        well_quoted=piece.sound,
    )
    done = contract.apply(parsed.rows)
    result.read += piece.read
    result.repeated += len(done.repeated)
    for reject in parsed.rejects:
        result.add(reject.column, reject.code, reject.reason, uri, reject.line)
    for each in done.rejects.to_pylist():
        result.add(each["column"], each["code"], each["reason"], uri, each["line"])
