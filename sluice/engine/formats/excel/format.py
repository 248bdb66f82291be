"""Excel as a format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from sluice.engine.declare import Files
from sluice.engine.formats.caps import Caps
from sluice.engine.formats.excel.parts import is_workbook
from sluice.engine.formats.excel.read import Sheet, read_sheet
from sluice.engine.formats.format import ArchiveFormat, Converted
from sluice.engine.formats.spelled.records import Records
from sluice.engine.types.base import ColumnType

_LOOKS_LIKE = b"{}\n"  # the beginning of JSON lines, which begin with empty lines here


class _Excel:
    def looks_like(self, head: bytes) -> bool:  # noqa: ARG002 - all archives of its kind begin alike
        return False

    def is_of(self, file: BinaryIO) -> bool:
        return is_workbook(file)

    def convert(self, file: BinaryIO, source: Files, columns: Mapping[str, ColumnType], caps: Caps) -> Converted:
        sheet = read_sheet(file, source, caps)
        reading = Files("*", footer=sheet.footer)
        return Converted(tuple(filter(None, sheet.header)), _lines(sheet, columns), _LOOKS_LIKE, reading)


class _Pieces:
    """What was written and not yet taken."""

    def __init__(self) -> None:
        self._written = b""

    def write(self, piece: bytes, /) -> int:
        self._written += piece
        return len(piece)

    def take(self) -> bytes:
        piece, self._written = self._written, b""
        return piece


def _lines(sheet: Sheet, columns: Mapping[str, ColumnType]) -> Iterator[bytes]:
    """Each row in the line of its number: empty lines for the header, what is above it, and empty rows."""
    written = _Pieces()
    records = Records("The workbook", columns, written)
    yield b"\n" * (sheet.first - 1)
    named = [(at, name) for at, name in enumerate(sheet.header) if name]
    for row in sheet.rows:
        if any(cell is not None for cell in row):
            records.add({name: row[at] if at < len(row) else None for at, name in named})
        else:
            records.add_blank()
        yield written.take()
    records.finish()
    yield written.take()


EXCEL: ArchiveFormat = _Excel()
