"""CSV as a format: the default, and the format that Sluice writes itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sluice.engine.declare import Files
from sluice.engine.formats.csv.dialect import Dialect
from sluice.engine.formats.csv.header import CsvOptions, read_dialect
from sluice.engine.formats.csv.overlong import reject_overlong
from sluice.engine.formats.csv.parse import parse_part
from sluice.engine.formats.csv.plan import plan_csv
from sluice.engine.formats.format import Format, Part
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.parsed import ParsedPart
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.formats.text.rejects import RowReject
from sluice.engine.formats.text.source import Readable, Source, Tick


class _Csv:
    name = "csv"

    def looks_like(self, head: bytes, source: Files) -> bool:  # noqa: ARG002 - any text may be one; the header decides
        return True

    def header(self, stream: Readable, source: Files, limits: Limits) -> tuple[str, ...]:
        return read_dialect(Source(stream), limits, _declared(source)).header

    def plan(
        self,
        stream: Readable,
        source: Files,
        *,
        requested: Sequence[str],  # noqa: ARG002 - the header says which columns there are
        part_bytes: int,
        limits: Limits,
        tick: Tick,
    ) -> InputPlan:
        return plan_csv(stream, part_bytes=part_bytes, options=_declared(source), limits=limits, tick=tick)

    def dialect(self, stored: dict[str, Any]) -> Dialect:
        return Dialect.from_json(stored)

    def parse(self, part: Part, dialect: Dialect, limits: Limits) -> ParsedPart:
        return parse_part(
            part.data,
            dialect=dialect,
            match=part.match,
            first_line=part.first_line,
            read=part.read,
            well_quoted=part.well_quoted,
            limits=limits,
        )

    def refuse_overlong(
        self, blocks: Iterable[bytes], dialect: Dialect, *, first_line: int, limits: Limits
    ) -> RowReject:
        return reject_overlong(blocks, dialect=dialect, first_line=first_line, limits=limits)


def _declared(source: Files) -> CsvOptions:
    return CsvOptions(
        source.delimiter,
        source.skip,
        source.header,
        strict_quotes=source.strict_quotes,
        header_once=source.header_once,
        line_breaks=source.line_breaks,
    )


CSV: Format[Dialect] = _Csv()
