"""A workbook of Excel: its sheet, the row of its header, and the names of its columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, BinaryIO

from sluice.engine.base.settings import settings
from sluice.engine.declare import Files
from sluice.engine.formats.caps import Caps
from sluice.engine.formats.excel.read import Sheet, named_columns, read_sheet
from sluice.engine.formats.known import archive_format
from sluice.engine.formats.spelled.python import WrongCell
from sluice.engine.propose.layout.described import EXCEL, FileLook, Options
from sluice.engine.propose.layout.names import distinct, unusable
from sluice.engine.propose.layout.table import is_header
from sluice.engine.storage import open_input, split_member
from sluice.errors import DataError

_COMPARED = 2_000  # rows that a header is compared with
_LEAST = 0.5  # of the cells that most rows have, a header has at least this share


def workbook(uri: str, source: Files, options: Options) -> FileLook | None:
    """A workbook; None for any other file. Raises DataError: `several_sheets` and others of `read_sheet`."""
    _, member = split_member(uri)
    with open_input(uri) as file:
        if member is not None or archive_format(file) is None:
            return None
        source = replace(source, delimiter=None, encoding=None, sheet=options.sheet)
        sheet = _sheet(file, source)
    return _described(uri, source, options, sheet)


def _sheet(file: BinaryIO, source: Files) -> Sheet:
    """All rows from the first one with a value."""
    file.seek(0)
    try:
        # with a declared header all rows are rows
        caps = Caps(settings().max_unpacked_bytes, settings().max_ratio)
        return read_sheet(file, replace(source, header=("any",)), caps)
    except DataError as error:
        if error.code != "several_sheets":
            raise
        raise DataError(error.code, error.reason.partition(" Declare one")[0] + " Name one: --sheet NAME.") from error


def _texts(row: Sequence[Any], width: int) -> list[str]:
    texts = ["" if cell is None or isinstance(cell, WrongCell) else str(cell).strip() for cell in row]
    return texts + [""] * (width - len(texts))


def _described(uri: str, source: Files, options: Options, sheet: Sheet) -> FileLook:
    width, first = max(map(len, sheet.rows)), sheet.first
    rows = [_texts(row, width) for row in sheet.rows[:_COMPARED]]
    at = _header(rows, options.header)
    begin = _first_of_table(rows) if at is None else at
    before = tuple(" ".join(filter(None, row)) for row in rows[:begin] if any(row))
    skip = first + begin - 1 if before else 0
    if at is None:
        names = tuple(f"column_{i}" for i in range(1, len(rows[0]) + 1))
        source = replace(source, header=names, skip=skip)
        return FileLook(uri, EXCEL, source, names, before, skip, headless=True)
    names = tuple(filter(None, named_columns(rows[at], sheet.rows[at + 1 :])))
    if why := unusable(names):
        names = distinct(tuple(rows[at]))
        source = replace(source, header=names, skip=first + at)
        return FileLook(uri, EXCEL, source, names, before, skip, renamed=why)
    return FileLook(uri, EXCEL, replace(source, skip=skip), names, before, skip)


def _usual(rows: list[list[str]]) -> int:
    """How many cells most rows have, of two such numbers the larger."""
    counts = Counter(sum(map(bool, row)) for row in rows if any(row))
    return max(counts, key=lambda each: (counts[each], each))


def _first_of_table(rows: list[list[str]]) -> int:
    """The first row that has about as many cells as most."""
    least = _LEAST * _usual(rows)
    return next(at for at, row in enumerate(rows) if sum(map(bool, row)) >= least)


def _header(rows: list[list[str]], wanted: bool | None) -> int | None:
    """Which row is the header; None if the first row of the table is like the others."""
    at = _first_of_table(rows)
    if wanted is not None:
        return at if wanted else None
    return at if is_header(rows[at], [row for row in rows[at + 1 :] if any(row)]) else None
