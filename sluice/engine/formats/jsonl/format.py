"""JSON lines as a format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sluice.engine.declare import Files
from sluice.engine.formats.format import Format, Part
from sluice.engine.formats.jsonl.dialect import NAME, JsonLines, looks_like_jsonl
from sluice.engine.formats.jsonl.numbered import numbers_of, renumbered
from sluice.engine.formats.jsonl.parse import parse_jsonl
from sluice.engine.formats.jsonl.plan import plan_jsonl, read_keys
from sluice.engine.formats.jsonl.rows import read_values, with_values
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.lines import cut_lines, reject_overlong_line
from sluice.engine.formats.text.parsed import ParsedPart
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.formats.text.rejects import RowReject
from sluice.engine.formats.text.source import Readable, Source, Tick
from sluice.engine.types.base import Int64s


class _JsonLines:
    name = NAME

    def looks_like(self, head: bytes, source: Files) -> bool:
        return source.header is None and looks_like_jsonl(head, skip=source.skip)

    def header(self, stream: Readable, source: Files, limits: Limits) -> tuple[str, ...]:
        return read_keys(Source(stream), source.skip, limits).header

    def plan(
        self, stream: Readable, source: Files, *, requested: Sequence[str], part_bytes: int, limits: Limits, tick: Tick
    ) -> InputPlan:
        return plan_jsonl(
            stream,
            part_bytes=part_bytes,
            skip=source.skip,
            limits=limits,
            tick=tick,
            requested=requested,
            footer=source.footer,
        )

    def dialect(self, stored: dict[str, Any]) -> JsonLines:
        return JsonLines.from_json(stored)

    def parse(self, part: Part, dialect: JsonLines, limits: Limits) -> ParsedPart:
        parsed = parse_jsonl(
            part.data,
            dialect=dialect,
            match=part.match,
            first_line=part.first_line,
            read=part.read,
            limits=limits,
            commas=part.commas,
            nested=part.nested,
        )
        return renumbered(parsed, part.data, part.first_line) if dialect.numbered else parsed

    def refuse_overlong(
        self,
        blocks: Iterable[bytes],
        dialect: JsonLines,  # noqa: ARG002 - a line ends at LF, whatever the file
        *,
        first_line: int,
        limits: Limits,
    ) -> RowReject:
        return reject_overlong_line(blocks, first_line=first_line, limits=limits)

    def cut(self, data: bytes, lines: Int64s, dialect: JsonLines) -> list[bytes]:
        if dialect.numbered:
            numbers = numbers_of(data)
            return cut_lines(data, np.searchsorted(numbers, lines + numbers[0]))
        return cut_lines(data, lines)

    def cells(self, record: str, dialect: JsonLines) -> list[str] | None:
        return read_values(record, dialect)

    def excess(self, record: str, dialect: JsonLines) -> list[str]:
        return read_values(record, dialect) or [record]

    def changed(self, record: str, cells: Mapping[int, str], dialect: JsonLines) -> str:
        return with_values(record, cells, dialect)

    def head(self, dialect: JsonLines) -> str:  # noqa: ARG002 - each line has its keys
        return ""

    def again(self, dialect: JsonLines) -> Files:  # noqa: ARG002 - nothing else is declared of JSON lines
        return Files("*")

    def declared(self, dialect: JsonLines, source: Files) -> JsonLines:  # noqa: ARG002
        return dialect

    def lines(self, record: str) -> int:  # noqa: ARG002 - a record is a line
        return 1

    def headed(self, dialect: JsonLines, header: tuple[str, ...]) -> JsonLines:
        return replace(dialect, header=header)


JSON_LINES: Format[JsonLines] = _JsonLines()
