"""The formats: detected by a file's first bytes; text formats are stored in its dialect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from sluice.engine.base.settings import settings
from sluice.engine.declare import Files, Source
from sluice.engine.formats.csv.format import CSV
from sluice.engine.formats.excel.format import EXCEL
from sluice.engine.formats.fixed.format import FIXED_WIDTH
from sluice.engine.formats.format import ArchiveFormat, BinaryFormat, Format, Part
from sluice.engine.formats.jsonl.format import JSON_LINES
from sluice.engine.formats.parquet.format import PARQUET
from sluice.engine.formats.text.header import match_header, plain
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.parsed import ParsedPart
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.formats.text.rejects import RowReject
from sluice.engine.formats.text.source import Readable, Tick
from sluice.engine.rows.contract import Contract
from sluice.engine.types.base import Int64s

__all__ = [
    "FORMATS", "BINARY_FORMATS", "ARCHIVE_FORMATS", "CSV", "JSON_LINES", "ABSENT",
    "plan_text", "plan_as", "header_of", "parse_text", "refuse_overlong", "binary_format", "archive_format",
    "stored_format", "limits", "Record", "records_of",
]  # fmt: skip

FORMATS: tuple[Format[Any], ...] = (FIXED_WIDTH, JSON_LINES, CSV)
"""In the order in which they are tried; CSV is the default, so it is last."""

BINARY_FORMATS: tuple[BinaryFormat, ...] = (PARQUET,)
"""Formats that are not text: they are converted to text, which is planned and read."""

ARCHIVE_FORMATS: tuple[ArchiveFormat, ...] = (EXCEL,)
"""Of these the ones that are archives: they are looked for before a file is unpacked."""

ABSENT = "absent"  # stored with the dialect in the ledger: the declared columns that the input does not have
_FORMAT = "format"  # in the dialect; absent in a CSV's


def plan_text(stream: Readable, head: bytes, source: Files, tick: Tick, requested: Sequence[str] = ()) -> InputPlan:
    """Plan a file of UTF-8 text from a stream at its start; `head` is its beginning. Raises DataError.

    In formats without a header any record may have one of the `requested` columns: all records are searched.
    """
    return plan_as(_detected(head, source), stream, source, tick, requested)


def plan_as(form: Format[Any], stream: Readable, source: Files, tick: Tick, requested: Sequence[str] = ()) -> InputPlan:
    """Plan text whose format is known, as `plan_text` does."""
    size = settings().part_bytes
    return form.plan(stream, source, requested=requested, part_bytes=size, limits=limits(), tick=tick)


def binary_format(head: bytes) -> BinaryFormat | None:
    """The format of a file with this beginning; None for text."""
    return next((form for form in BINARY_FORMATS if form.looks_like(head)), None)


def archive_format(file: BinaryIO) -> BinaryFormat | None:
    """The format of a seekable file that is an archive by itself; None for any other file."""
    return next((form for form in ARCHIVE_FORMATS if form.is_of(file)), None)


def header_of(stream: Readable, head: bytes, source: Files) -> tuple[str, ...]:
    """The names of the columns of a file of UTF-8 text, from a stream at its start. Raises DataError."""
    return _detected(head, source).header(stream, source, limits())


def parse_text(
    data: bytes, stored: dict[str, Any], contract: Contract, *, first_line: int, read: int, well_quoted: bool
) -> ParsedPart:
    """Parse a part of a file whose dialect is `stored` in the ledger; the other arguments are as planned."""
    form, dialect = _read_dialect(stored)
    match = match_header(dialect, contract.requested, contract.required)
    return form.parse(
        Part(data, first_line, read, well_quoted, match, contract.commas, contract.nested), dialect, limits()
    )


def refuse_overlong(blocks: Iterable[bytes], stored: dict[str, Any], *, first_line: int) -> RowReject:
    """The reject of a record longer than the limit, from its blocks."""
    form, dialect = _read_dialect(stored)
    return form.refuse_overlong(blocks, dialect, first_line=first_line, limits=limits())


@dataclass(frozen=True)
class Record:
    """How single records of a file are read and written again; `form` is the file's format."""

    form: Format[Any]
    dialect: Any

    def cut(self, data: bytes, lines: Int64s) -> list[bytes]:
        """The records of a part, as `Format.cut` does."""
        return self.form.cut(data, lines, self.dialect)

    def cells(self, record: str) -> list[str] | None:
        """The values of a record by the header; None where it cannot be read so."""
        return self.form.cells(record, self.dialect)

    def excess(self, record: str) -> list[str]:
        """The values of a record as far as it can be read."""
        return self.form.excess(record, self.dialect)

    def changed(self, record: str, cells: Mapping[int, str]) -> str:
        """The record with other values at these places of the header."""
        return self.form.changed(record, cells, self.dialect)

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the file's columns."""
        return tuple(self.dialect.header)

    @property
    def head(self) -> str:
        """The text before the first record of a file of some records."""
        return self.form.head(self.dialect)

    def lines(self, record: str) -> int:
        """How many physical lines a record has."""
        return self.form.lines(record)

    def plan(self, stream: Readable, tick: Tick, requested: Sequence[str]) -> InputPlan:
        """The plan of a file of `head` and records. It has all columns of the original file."""
        planned = plan_as(self.form, stream, self.form.again(self.dialect), tick, requested)
        known = {plain(name) for name in self.header}
        header = (*self.header, *(name for name in planned.dialect.header if plain(name) not in known))
        return replace(planned, dialect=self.form.headed(planned.dialect, header))


def records_of(stored: dict[str, Any], source: Source | None = None) -> Record:
    """Single records of a file whose dialect is `stored` in the ledger, by the rules for quotes that `source` declares
    now, if these are its own."""
    form, dialect = _read_dialect(stored)
    return Record(form, form.declared(dialect, source) if isinstance(source, Files) else dialect)


def limits() -> Limits:
    """The memory limits of a file, from the settings."""
    return Limits(max_record_bytes=settings().max_record_bytes)


def _detected(head: bytes, source: Files) -> Format[Any]:
    return next(form for form in FORMATS if form.looks_like(head, source))


def stored_format(stored: dict[str, Any]) -> str:
    """The name of a file's format, from its dialect in the ledger."""
    return str(stored.get(_FORMAT, CSV.name))


def _read_dialect(stored: dict[str, Any]) -> tuple[Format[Any], Any]:
    """The format and the dialect of a file, from the ledger."""
    name = stored_format(stored)
    form = next(form for form in FORMATS if form.name == name)
    return form, form.dialect({fact: value for fact, value in stored.items() if fact != ABSENT})
