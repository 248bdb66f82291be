"""Fixed width as a format: it is never detected, only declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sluice.engine.declare import Files
from sluice.engine.formats.fixed.dialect import NAME, PAD, FixedWidth
from sluice.engine.formats.fixed.parse import parse_fixed
from sluice.engine.formats.fixed.plan import plan_fixed, read_header
from sluice.engine.formats.format import Format, Part
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.lines import cut_lines, reject_overlong_line
from sluice.engine.formats.text.parsed import ParsedPart
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.formats.text.rejects import RowReject, excerpt
from sluice.engine.formats.text.source import Readable, Source, Tick
from sluice.engine.types.base import Int64s
from sluice.errors import ConfigError


class _FixedWidth:
    name = NAME

    def looks_like(self, head: bytes, source: Files) -> bool:  # noqa: ARG002 - only the declaration says it
        return source.widths is not None

    def header(self, stream: Readable, source: Files, limits: Limits) -> tuple[str, ...]:
        return read_header(Source(stream), source, limits).header

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
        return plan_fixed(stream, source, part_bytes=part_bytes, limits=limits, tick=tick)

    def dialect(self, stored: dict[str, Any]) -> FixedWidth:
        return FixedWidth.from_json(stored)

    def parse(self, part: Part, dialect: FixedWidth, limits: Limits) -> ParsedPart:
        return parse_fixed(
            part.data, dialect=dialect, match=part.match, first_line=part.first_line, read=part.read, limits=limits
        )

    def refuse_overlong(
        self,
        blocks: Iterable[bytes],
        dialect: FixedWidth,  # noqa: ARG002 - a line ends at LF, whatever the file
        *,
        first_line: int,
        limits: Limits,
    ) -> RowReject:
        return reject_overlong_line(blocks, first_line=first_line, limits=limits)

    def cut(self, data: bytes, lines: Int64s, dialect: FixedWidth) -> list[bytes]:  # noqa: ARG002 - as above
        return cut_lines(data, lines)

    def cells(self, record: str, dialect: FixedWidth) -> list[str] | None:
        last, end = dialect.spans[-1]
        return dialect.cut(record) if len(record) >= last and not record[end:].strip(PAD) else None

    def excess(self, record: str, dialect: FixedWidth) -> list[str]:
        return dialect.cut(record)

    def changed(self, record: str, cells: Mapping[int, str], dialect: FixedWidth) -> str:
        beyond = [at for at in cells if at >= len(dialect.widths)]
        if beyond:
            names = ", ".join(dialect.header[at] for at in beyond if at < len(dialect.header))
            raise ConfigError(
                f"A line of fixed width has no place for the column {names}, which the file does not have."
            )
        pieces = []
        for at, (start, end) in enumerate(dialect.spans):
            cell = cells.get(at, record[start:end])
            if len(cell) > end - start:
                raise ConfigError(
                    f"{excerpt(cell)!r} has {len(cell):,} characters, and its column has a width of {end - start:,}."
                )
            pieces.append(cell.ljust(end - start, PAD))
        return "".join(pieces)

    def head(self, dialect: FixedWidth) -> str:  # noqa: ARG002 - the header is declared
        return ""

    def again(self, dialect: FixedWidth) -> Files:
        return Files("*", widths=dialect.widths, header=dialect.header)

    def declared(self, dialect: FixedWidth, source: Files) -> FixedWidth:  # noqa: ARG002 - widths stay those of the file
        return dialect

    def lines(self, record: str) -> int:  # noqa: ARG002 - a record is a line
        return 1

    def headed(self, dialect: FixedWidth, header: tuple[str, ...]) -> FixedWidth:
        return replace(dialect, header=header)


FIXED_WIDTH: Format[FixedWidth] = _FixedWidth()
