"""Workbooks of Excel: a sheet, its header, and types that load its cells."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.engine.propose import Options
from sluice.errors import DataError
from tests.kit.workbook import number, sheet, text, typed, workbook
from tests.unit.propose.proposing import proposal

HEADER = [text("Nr", "A4"), text("Name", "B4"), text("Day", "C4"), text("Price", "D4"), text("Paid", "E4")]
ROWS = {
    1: [text("Sales of May", "A1")],
    2: [text("printed by", "A2"), text("Ann", "B2")],
    4: HEADER,
} | {
    at: [
        text(f"{at:05}", f"A{at}"),
        text(f"n{at % 7}", f"B{at}"),
        number(str(44927 + at % 31), f"C{at}", 1),
        number(f"{at % 9}.5", f"D{at}"),
        typed("b", str(at % 2), f"E{at}"),
    ]
    for at in range(5, 45)
}  # fmt: skip
TOTAL = {46: [text("Total", "A46"), number("180.5", "D46")]}


def written(folder: Path, sheets: dict[str, str], **how: object) -> str:
    (folder / "book.xlsx").write_bytes(workbook(sheets, **how))  # type: ignore[arg-type]
    return str(folder / "book.xlsx")


def test_lines_before_the_header_types_and_a_total(tmp_path: Path) -> None:
    result = proposal(written(tmp_path, {"Sheet1": sheet(ROWS | TOTAL)}))
    assert 'Files("made/*.xlsx", skip=3, footer="Total\\\\b")' in result.text
    assert result.types == {
        "nr": "Text()",
        "name": "Text()",
        "day": 'Date("%Y-%m-%d")',
        "price": "Decimal()",
        "paid": "Boolean()",
    }
    assert result.group.key == ("nr",)
    assert (result.tried.read, result.rejects) == (40, {})


def test_the_sheet_is_named_if_there_are_several(tmp_path: Path) -> None:
    path = written(tmp_path, {"May": sheet(ROWS), "June": sheet(ROWS), "old": sheet(ROWS)}, hidden=["old"])
    with pytest.raises(DataError, match=r"2 sheets with cells: 'May', 'June'. Name one: --sheet NAME\.") as refused:
        proposal(path)
    assert refused.value.code == "several_sheets"
    result = proposal(path, Options(sheet="June"))
    assert 'Files("made/*.xlsx", skip=3, sheet="June")' in result.text
    assert (result.tried.read, result.rejects) == (40, {})


def test_columns_without_a_name_and_names_that_are_there_twice(tmp_path: Path) -> None:
    rows = {1: [text("id", "A1"), text("v", "C1")]} | {
        at: [number(str(at), f"A{at}"), text("x", f"B{at}"), text(f"y{at}", f"C{at}")] for at in range(2, 20)
    }
    result = proposal(written(tmp_path, {"a": sheet(rows)}))
    assert (list(result.types), result.rejects) == (["id", "column_b", "v"], {})
    rows[1] = [text("id", "A1"), text("v", "B1"), text("v", "C1")]
    result = proposal(written(tmp_path, {"a": sheet(rows)}))
    assert 'skip=1, header=("id", "v", "v_2")' in result.text
    assert (list(result.types), result.tried.read, result.rejects) == (["id", "v", "v_2"], 18, {})


def test_a_sheet_without_a_header(tmp_path: Path) -> None:
    rows = {at: [number(str(at), f"A{at}"), number(f"{at}.25", f"B{at}")] for at in range(3, 20)}
    result = proposal(written(tmp_path, {"a": sheet(rows)}))
    assert 'header=("column_1", "column_2")' in result.text
    assert (result.tried.read, result.rejects) == (17, {})


def test_times_and_lengths_of_time(tmp_path: Path) -> None:
    rows = {1: [text("id", "A1"), text("at", "B1"), text("took", "C1")]} | {
        at: [number(str(at), f"A{at}"), number(f"{44927 + at}.5", f"B{at}", 2), number("1.25", f"C{at}", 4)]
        for at in range(2, 20)
    }
    result = proposal(written(tmp_path, {"a": sheet(rows)}))
    assert result.types["at"] == 'Timestamp("%Y-%m-%dT%H:%M:%S")'
    assert result.types["took"] == "Duration()"
    assert result.rejects == {}


def test_errors_of_cells_are_rejects(tmp_path: Path) -> None:
    rows = {1: [text("id", "A1"), text("v", "B1")]} | {
        at: [number(str(at), f"A{at}"), typed("e", "#N/A", f"B{at}") if at == 9 else number("1", f"B{at}")]
        for at in range(2, 60)
    }
    result = proposal(written(tmp_path, {"a": sheet(rows)}))
    assert (result.tried.read, result.rejects) == (58, {"v: wrong_cell": 1})
