"""Formats of text: CSV or JSON lines, told apart by a file's first bytes, then remembered in its dialect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sluice.engine.base.settings import settings
from sluice.engine.declare import Files
from sluice.engine.declare.sources.files import Spelled
from sluice.engine.formats.csv import (
    Dialect,
    InputPlan,
    Limits,
    ParsedPart,
    RowReject,
    Told,
    match_header,
    parse_part,
    plan_csv,
    reject_overlong,
)
from sluice.engine.formats.csv.header import read_dialect
from sluice.engine.formats.csv.source import Readable, Source, Tick
from sluice.engine.formats.jsonl import JsonLines, looks_like_jsonl, parse_jsonl, plan_jsonl, reject_overlong_line
from sluice.engine.formats.jsonl.plan import read_keys
from sluice.engine.rows.contract import Contract

ABSENT = "absent"  # beside the dialect in the ledger: the declared columns that the input does not have


def plan_text(stream: Readable, head: bytes, source: Files, tick: Tick, wanted: Sequence[str] = ()) -> InputPlan:
    """Plan a file of UTF-8 text from a stream at its start; `head` is what it begins with. Raises DataError.

    Records that are no rows of a table may have any of the `wanted` columns: they are looked for in all of them.
    """
    size = settings().part_bytes
    if source.header is None and looks_like_jsonl(head, skip=source.skip):
        return plan_jsonl(stream, part_bytes=size, skip=source.skip, limits=limits(), tick=tick, wanted=wanted)
    return plan_csv(stream, part_bytes=size, told=_told(source), limits=limits(), tick=tick)


def header_of(stream: Readable, head: bytes, source: Files) -> tuple[str, ...]:
    """The names of the columns of a file of UTF-8 text, from a stream at its start. Raises DataError."""
    start = Source(stream)
    if source.header is None and looks_like_jsonl(head, skip=source.skip):
        return read_keys(start, source.skip, limits()).header
    return read_dialect(start, limits(), _told(source)).header


def parse_text(
    data: bytes, stored: dict[str, Any], contract: Contract, *, first_line: int, read: int, well_quoted: bool
) -> ParsedPart:
    """Parse a part of a file whose dialect is `stored` in the ledger; the others are as planned."""
    dialect = _dialect(stored)
    match = match_header(dialect, contract.wanted, contract.required)
    if isinstance(dialect, JsonLines):
        return parse_jsonl(
            data,
            dialect=dialect,
            match=match,
            first_line=first_line,
            read=read,
            limits=limits(),
            commas=contract.commas,
        )
    return parse_part(
        data,
        dialect=dialect,
        match=match,
        first_line=first_line,
        read=read,
        well_quoted=well_quoted,
        limits=limits(),
    )


def refuse_overlong(blocks: Iterable[bytes], stored: dict[str, Any], *, first_line: int) -> RowReject:
    """The reject of a record that is too long to be held, from its blocks."""
    dialect = _dialect(stored)
    if isinstance(dialect, JsonLines):
        return reject_overlong_line(blocks, first_line=first_line, limits=limits())
    return reject_overlong(blocks, dialect=dialect, first_line=first_line, limits=limits())


def _told(source: Files) -> Told:
    told = Told(
        source.delimiter,
        source.skip,
        source.header,
        strict_quotes=source.strict_quotes,
        line_breaks=source.line_breaks,
    )
    return replace(told, header_once=True) if isinstance(source, Spelled) else told


def limits() -> Limits:
    """What a file may ask of memory, by the settings."""
    return Limits(max_record_bytes=settings().max_record_bytes)


def _dialect(stored: dict[str, Any]) -> Dialect | JsonLines:
    stored = {name: value for name, value in stored.items() if name != ABSENT}
    return JsonLines.from_json(stored) if stored.get("format") == "jsonl" else Dialect.from_json(stored)
