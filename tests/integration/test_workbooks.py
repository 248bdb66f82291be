"""Workbooks of Excel, from the file to the rows in a table."""

from __future__ import annotations

import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal as Exact
from pathlib import Path
from typing import Any

import pytest

from sluice import Boolean, Column, Date, Decimal, Duration, Files, Integer, Pipeline, Table, Text, Timestamp
from sluice.engine.formats.excel import parts
from tests.kit.in_process import InProcess
from tests.kit.workbook import number, sheet, text, typed, workbook

OUTCOME = "select state, error_code, error from sluice.input order by id desc limit 1"
REJECTS = "select line, column_name, code, reason from sluice.reject order by line"
HEADER = {1: [text("id", "A1"), text("name", "B1"), text("price", "C1"), text("day", "D1")]}


def pipeline(**declared: Any) -> Pipeline:
    columns = [
        Column("id", Integer(), required=True),
        Column("name", Text()),
        Column("price", Decimal(20, 4)),
        Column("day", Date("%d.%m.%Y")),
        Column("at", Timestamp("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f")),
        Column("length", Duration()),
        Column("sold", Boolean()),
    ]
    return Pipeline("shop", Files("*.xlsx", **declared), Table("item", ["id"], columns))


def load(engine: InProcess, folder: Path, content: bytes, **declared: Any) -> dict[str, Any]:
    (folder / "book.xlsx").write_bytes(content)
    engine.use(pipeline(**declared))
    return engine.finish(engine.register(folder / "book.xlsx"))


def test_cells_arrive_as_their_values_with_the_rows_of_the_sheet_as_lines(engine: InProcess, tmp_path: Path) -> None:
    rows = HEADER | {
        1: [*HEADER[1], text("at", "E1"), text("length", "F1"), text("sold", "G1"), text("more", "H1")],
        2: [number("1", "A2"), text("007", "B2"), number("2.5", "C2"), number("44927", "D2", 1),
            number("44927.5", "E2", 2), number("1.5", "F2", 4), typed("b", "1", "G2")],
        4: [number("2", "A4"), text("two\nlines", "B4"), number("0.1", "C4"), number("44928", "D4", 2),
            number("44927.00001157407", "E4", 2), number("0.5", "F4", 3), typed("b", "0", "G4"), number("5", "J4")],
        5: [number("3", "A5"), number("12", "B5"), number("1E-4", "C5")],
    }  # fmt: skip
    status = load(engine, tmp_path, workbook({"Sheet1": sheet(rows)}))
    assert (status["state"], status["read"], status["loaded"]) == ("done", 3, 3)
    assert engine.sql("select id, name, price, day, at, length, sold, _line from item order by id") == [
        (1, "007", Exact("2.5000"), date(2023, 1, 1), datetime(2023, 1, 1, 12, tzinfo=UTC), 129600, True, 2),
        (2, "two lines", Exact("0.1000"), date(2023, 1, 2), datetime(2023, 1, 1, 0, 0, 1, tzinfo=UTC), 43200, False, 4),
        (3, "12", Exact("0.0001"), None, None, None, None, 5),
    ]
    note = "Columns that the pipeline does not know were ignored: more, column J."
    assert status["inputs"][0]["note"] == note


def test_dates_since_1904_are_those_that_excel_shows(engine: InProcess, tmp_path: Path) -> None:
    rows = HEADER | {2: [number("1", "A2"), number("43465", "D2", 1)]}
    load(engine, tmp_path, workbook({"a": sheet(rows)}, since_1904=True))
    assert engine.sql("select day from item") == [(date(2023, 1, 1),)]


def test_what_is_no_value_is_a_reject_with_its_row_and_column(engine: InProcess, tmp_path: Path) -> None:
    rows = HEADER | {
        2: [number("1", "A2"), typed("e", "#N/A", "C2")],
        3: [number("2", "A3"), '<c r="C3"><f>A3*2</f><v></v></c>'],
        4: [number("3", "A4"), number("59", "D4", 1)],
        5: [number("4", "A5"), text("merged", "B5")],
        6: [number("5", "A6")],
        7: [number("6", "A7"), typed("str", "", "B7"), typed("e", "#REF!", "X7")],
    }
    status = load(engine, tmp_path, workbook({"a": sheet(rows, merged=["B5:B6"])}))
    assert (status["loaded"], status["rejected"]) == (2, 4)
    assert engine.sql("select id, name from item order by id") == [(4, "merged"), (6, None)]
    assert engine.sql(REJECTS) == [
        (2, "price", "wrong_cell", "'price' has #N/A instead of a value: correct it in the workbook."),
        (3, "price", "wrong_cell", "'price' has a formula that was never computed instead of a value: correct it in the workbook."),  # noqa: E501
        (4, "day", "wrong_cell", "'day' has a date before 1900-03-01 instead of a value: correct it in the workbook."),
        (6, "name", "wrong_cell", "'name' has one of merged cells instead of a value: correct it in the workbook."),
    ]  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_errors_are_found_wherever_a_block_of_the_file_ends(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    rows = {at: [number(str(at), f"A{at}"), f'<c r="B{at}"/>', typed("e", "#N/A", f"C{at}")] for at in range(2, 30)}
    content = sheet(HEADER | rows, merged=["X1:Y2"])
    if prefix:
        content = re.sub(r"<(/?)(\w)", rf"<\1{prefix}\2", content).replace("xmlns=", "xmlns:x=")
    monkeypatch.setattr(parts, "_BLOCK", 7)
    status = load(engine, tmp_path, workbook({"a": content}))
    assert (status["read"], status["rejected"]) == (28, 28)
    assert engine.sql("select distinct code from sluice.reject") == [("wrong_cell",)]


def test_a_sheet_of_formats_alone_is_empty(engine: InProcess, tmp_path: Path) -> None:
    full, formats = sheet(HEADER | {2: [number("1", "A2")]}), sheet({1: ['<c r="A1" s="1"/>']})
    assert load(engine, tmp_path, workbook({"a": full, "b": formats}))["loaded"] == 1


def test_a_negative_time_is_a_reject_and_a_negative_number_is_not(engine: InProcess, tmp_path: Path) -> None:
    header = {1: [*HEADER[1], text("length", "F1")]}
    rows = header | {2: [number("1", "A2"), number("-2.5", "C2")], 3: [number("2", "A3"), number("-0.25", "F3", 3)]}
    assert load(engine, tmp_path, workbook({"a": sheet(rows)}))["loaded"] == 1
    assert engine.sql("select line, column_name, code from sluice.reject") == [(3, "length", "wrong_cell")]


def test_the_only_sheet_with_cells_is_taken_and_hidden_ones_are_not(engine: InProcess, tmp_path: Path) -> None:
    full, other = sheet(HEADER | {2: [number("1", "A2")]}), sheet(HEADER | {2: [number("2", "A2")]})
    status = load(engine, tmp_path, workbook({"empty": sheet({}), "data": full, "old": other}, hidden=["old"]))
    assert status["loaded"] == 1
    assert load(engine, tmp_path, workbook({"a": full, "old": other}, hidden=["old"]), sheet="old")["loaded"] == 1
    assert engine.sql("select id from item order by id") == [(1,), (2,)]


def test_a_header_is_found_below_skipped_and_empty_rows(engine: InProcess, tmp_path: Path) -> None:
    rows = {1: [text("Report of 2026", "A1")], 4: [text("ID", "B4")], 5: [number("9", "B5")]}
    load(engine, tmp_path, workbook({"a": sheet(rows)}), skip=1)
    assert engine.sql("select id, _line from item") == [(9, 5)]


def test_a_declared_header_takes_the_place_of_the_missing_one(engine: InProcess, tmp_path: Path) -> None:
    load(engine, tmp_path, workbook({"a": sheet({2: [number("9", "A2"), text("x", "B2")]})}), header=("id", "name"))
    assert engine.sql("select id, name, _line from item") == [(9, "x", 2)]


@pytest.mark.parametrize(
    ("content", "declared", "code", "part"),
    [
        (workbook({"a": sheet(HEADER | {2: []}), "b": sheet(HEADER)}), {}, "several_sheets", "cells: 'a', 'b'"),
        (workbook({"a": sheet(HEADER)}), {"sheet": "b"}, "no_sheet", "no sheet 'b'; it has 'a'"),
        (workbook({"a": sheet({})}), {}, "empty_file", "no cells in its sheets: 'a'"),
        (workbook({"a": sheet(HEADER)}), {}, "header_only", "a header and no rows"),
        (workbook({"a": sheet({1: [text("x", "A1")], 2: [text("y", "A2")]})}), {}, "missing_header", "'x'"),
        (workbook({"a": sheet({1: [text("id", "A1"), text("ID", "B1")], 2: [number("1", "A2")]})}), {},
         "duplicate_header", "'id'"),
        (workbook({"a": sheet(HEADER | {1048576: [number("1", "XFD1048576")]})}), {}, "too_large", "row 1,048,576"),
        (workbook({"a": sheet(HEADER)[:-30]}), {}, "corrupt", "The workbook is broken"),
        (workbook({"a": sheet(HEADER)})[:-40], {}, "truncated", "ends early"),
    ],
)  # fmt: skip
def test_a_workbook_that_cannot_be_loaded_is_refused(
    engine: InProcess, tmp_path: Path, content: bytes, declared: dict[str, Any], code: str, part: str
) -> None:
    load(engine, tmp_path, content, **declared)
    ((state, got, error),) = engine.sql(OUTCOME)
    assert (state, got, part in error) == ("failed", code, True), error


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_MAX_UNPACKED_BYTES", "1048576")
    InProcess.forget()
    rows = {at: [number(str(at), f"A{at}"), text("x" * 30_000, f"B{at}")] for at in range(2, 50)}
    load(engine, tmp_path, workbook({"a": sheet(HEADER | rows)}))
    ((_, code, error),) = engine.sql(OUTCOME)
    assert (code, "unpacks to more than 1,048,576 bytes" in error) == ("too_large", True)


def test_a_workbook_within_an_archive_has_to_be_taken_out(engine: InProcess, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "books.zip", "w") as packed:
        packed.writestr("book.xlsx", workbook({"a": sheet(HEADER | {2: [number("1", "A2")]})}))
    engine.use(pipeline())
    engine.finish(engine.register(tmp_path / "books.zip"))
    ((_, code, error),) = engine.sql(OUTCOME)
    assert code == "not_csv"
    assert "an Excel workbook" in error
