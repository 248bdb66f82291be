"""CSV as a format: the default, and the format that Sluice writes itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sluice.engine.declare import Files
from sluice.engine.formats.csv.dialect import Dialect
from sluice.engine.formats.csv.header import CsvOptions, read_dialect
from sluice.engine.formats.csv.overlong import reject_overlong
from sluice.engine.formats.csv.parse import parse_part
from sluice.engine.formats.csv.plan import plan_csv
from sluice.engine.formats.csv.records import count_lines
from sluice.engine.formats.csv.rows import cut_records, join_cells, read_cells, split_cells, with_cells
from sluice.engine.formats.format import Format, Part
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.parsed import ParsedPart
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.formats.text.rejects import RowReject
from sluice.engine.formats.text.source import Readable, Source, Tick
from sluice.engine.types.base import Int64s


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

    def cut(self, data: bytes, lines: Int64s, dialect: Dialect) -> list[bytes]:
        return cut_records(data, lines, dialect)

    def cells(self, record: str, dialect: Dialect) -> list[str] | None:
        return read_cells(record, dialect)

    def excess(self, record: str, dialect: Dialect) -> list[str]:
        return split_cells(record, dialect)

    def changed(self, record: str, cells: Mapping[int, str], dialect: Dialect) -> str:
        return with_cells(record, cells, dialect)

    def head(self, dialect: Dialect) -> str:
        return "" if dialect.header_once else join_cells(dialect.header, dialect) + "\n"

    def again(self, dialect: Dialect) -> Files:
        header = dialect.header if dialect.header_once else None
        return Files(
            "*",
            dialect.delimiter,
            header=header,
            strict_quotes=dialect.strict_quotes,
            line_breaks=dialect.line_breaks,
            quote=dialect.quote,
            escape=dialect.escape,
        )

    def declared(self, dialect: Dialect, source: Files) -> Dialect:
        if dialect.header_once and source.header is None:
            return dialect  # written by Sluice
        return replace(
            dialect,
            strict_quotes=source.strict_quotes,
            line_breaks=source.line_breaks,
            quote=source.quote,
            escape=source.escape,
        )

    def lines(self, record: str) -> int:
        return count_lines(record.encode("utf-8", "surrogateescape") + b"x")

    def headed(self, dialect: Dialect, header: tuple[str, ...]) -> Dialect:
        return replace(dialect, header=header)


def _declared(source: Files) -> CsvOptions:
    return CsvOptions(
        source.delimiter,
        source.skip,
        source.header,
        strict_quotes=source.strict_quotes,
        header_once=source.header_once,
        line_breaks=source.line_breaks,
        quote=source.quote,
        escape=source.escape,
        footer=source.footer,
    )


CSV: Format[Dialect] = _Csv()
