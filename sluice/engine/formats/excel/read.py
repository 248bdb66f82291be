"""A sheet of a workbook as JSON lines.

A workbook can only be read as a whole, so it is converted once. Excel stores all numbers as floating point, and dates
as numbers with a format: a whole number is written as one, a date as a date, both for the declared column.
"""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import takewhile
from typing import Any, BinaryIO

import python_calamine as calamine

from sluice.engine.declare import Files
from sluice.engine.formats.caps import Caps
from sluice.engine.formats.excel.parts import Scanned, broken, check_part, letters, scan_sheet, sheet_parts
from sluice.engine.formats.spelled.python import WrongCell
from sluice.engine.formats.text.footer import is_of_footer
from sluice.engine.formats.text.header import masked
from sluice.errors import DataError, NoRows

_STRINGS, _STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
_EXACT = 1 << 53  # whole numbers of floating point have all their digits up to here
_FIRST_DAY = date(1900, 3, 1)
_MERGED = "one of merged cells"
_BEFORE = "a date before 1900-03-01"
_NEGATIVE = "a negative time"
_SHOWN = 10

Cells = Sequence[Any]


@dataclass(frozen=True)
class Sheet:
    """The header and the rows below it. `first` is the number of the first row below the header, from 1; the last
    `footer` rows with a value are not data."""

    header: tuple[str, ...]
    first: int
    rows: list[Cells]
    footer: int = 0


def read_sheet(file: BinaryIO, source: Files, caps: Caps) -> Sheet:
    """The declared sheet, or the only one with cells that is not hidden.

    Raises DataError: `several_sheets`, `no_sheet`, `empty_file`, `header_only`, `encrypted`, `corrupt`, `too_large`,
    `too_compressed`.
    """
    with _reading(), zipfile.ZipFile(file) as archive:
        parts = sheet_parts(archive)
        for part in (_STRINGS, _STYLES):
            if part in archive.NameToInfo:
                check_part(archive, part, caps)
        # a sheet is scanned before Calamine makes room for all cells up to its last one
        scans = {name: scan_sheet(archive, parts[name], caps) for name in _candidates(file, source, parts)}
    file.seek(0)
    with _reading(), calamine.load_workbook(file) as workbook:
        name = _chosen(source, [name for name, scan in scans.items() if scan.filled], list(scans))
        sheet = workbook.get_sheet_by_name(name)
        rows: Sequence[Cells] = sheet.to_python(skip_empty_area=False)
        wrong = _wrong_cells(sheet, scans[name])
    return _below_header([_values(at, row, wrong, scans[name].negative) for at, row in enumerate(rows)], source)


def _candidates(file: BinaryIO, source: Files, parts: Mapping[str, str]) -> list[str]:
    """The declared sheet; or all that are tables and not hidden."""
    file.seek(0)
    with calamine.load_workbook(file) as workbook:
        sheets = workbook.sheets_metadata
    names = [each.name for each in sheets if each.typ == calamine.SheetTypeEnum.WorkSheet and each.name in parts]
    if source.sheet is not None:
        if source.sheet not in names:
            raise DataError("no_sheet", f"The workbook has no sheet {source.sheet!r}; it has {_listed(names)}.")
        return [source.sheet]
    shown = {each.name for each in sheets if each.visible == calamine.SheetVisibleEnum.Visible}
    return [name for name in names if name in shown]


def _chosen(source: Files, filled: Sequence[str], visible: Sequence[str]) -> str:
    if source.sheet is not None:
        return source.sheet
    if not filled:
        raise DataError("empty_file", f"The workbook has no cells in its sheets: {_listed(visible)}.")
    if len(filled) > 1:
        raise DataError(
            "several_sheets",
            f"The workbook has {len(filled)} sheets with cells: {_listed(filled)}. Declare one: Files(...,"
            f" sheet={filled[0]!r}); for another one a pipeline of its own.",
        )
    return filled[0]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return (", ".join(repr(masked(name)) for name in names[:_SHOWN]) or "none") + more


def _wrong_cells(sheet: calamine.CalamineSheet, scanned: Scanned) -> dict[int, dict[int, str]]:
    """What is wrong with cells, by row and column from 0; all but the first of merged cells are empty in the file."""
    found: dict[int, dict[int, str]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for row in range(top, min(bottom, sheet.total_height) + 1):
            for column in range(left, min(right, sheet.total_width) + 1):
                if (row, column) != (top, left):
                    found.setdefault(row, {})[column] = _MERGED
    for (row, column), what in scanned.wrong.items():
        found.setdefault(row, {})[column] = what
    return found


def _values(
    at: int, row: Cells, wrong: Mapping[int, Mapping[int, str]], negative: Collection[tuple[int, int]]
) -> Cells:
    values = [_value(cell) for cell in row]
    for column, value in enumerate(values):
        if isinstance(value, time) and (at, column) in negative:  # Calamine gives the time before midnight
            values[column] = WrongCell(_NEGATIVE)
    for column, what in wrong.get(at, {}).items():
        if column < len(values):
            values[column] = WrongCell(what)
    return values


def _value(cell: Any) -> Any:
    if cell == "":
        return None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) <= _EXACT:
        return int(cell)
    # Excel counts a 29 February 1900, and calamine gives it as the 28th
    if isinstance(cell, date) and (cell.date() if isinstance(cell, datetime) else cell) < _FIRST_DAY:
        return WrongCell(_BEFORE)
    return cell


def _below_header(rows: list[Cells], source: Files) -> Sheet:
    """The first row with a value after the skipped ones is the header, unless one is declared."""
    at = next((at for at in range(source.skip, len(rows)) if _has_values(rows[at])), None)
    if at is None:
        raise DataError("empty_file", f"The sheet has no values after its first {source.skip:,} rows.")
    if source.header is not None:
        names, body = tuple(source.header), at
    else:
        names, body = tuple(_name(cell) for cell in rows[at]), at + 1
    below = rows[body:]
    if not any(_has_values(row) for row in below):
        raise NoRows("The sheet has a header and no rows.", tuple(filter(None, names)))
    return Sheet(named_columns(names, below), body + 1, below, _footer(below, source.footer))


def _footer(rows: Sequence[Cells], declared: int | str) -> int:
    if isinstance(declared, int):
        return declared
    firsts = (next((str(cell) for cell in row if cell is not None), "") for row in reversed(rows) if _has_values(row))
    return sum(1 for _ in takewhile(lambda first: is_of_footer(first, declared), firsts))


def _name(cell: Any) -> str:
    return "" if cell is None or isinstance(cell, WrongCell) else str(cell)


def named_columns(names: Sequence[str], rows: Sequence[Cells]) -> tuple[str, ...]:
    """Names for all columns: one without a header is known by its letters if it has values."""
    width = max(len(names), *map(len, rows))
    every = [*names, *[""] * (width - len(names))]
    for at, name in enumerate(every):
        if not name and any(at < len(row) and row[at] is not None for row in rows):
            every[at] = f"column {letters(at + 1)}"
    return tuple(every)


def _has_values(row: Cells) -> bool:
    return any(cell is not None for cell in row)


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except calamine.PasswordError as error:
        raise DataError("encrypted", "The workbook has a password; save it without one.") from error
    except (calamine.CalamineError, zipfile.BadZipFile, ValueError) as error:
        raise broken(" ".join(str(error).split())[:200]) from error
