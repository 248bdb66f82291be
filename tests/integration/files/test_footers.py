"""Lines at the end of files that are not data: books and parts are those of the rows."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from tests.kit.in_process import InProcess
from tests.kit.workbook import number, sheet, text, workbook

BODY = "".join(f"{at},name {at}\r\n" for at in range(1, 301))
TEXT = f"id,name\r\n{BODY}Total,300 rows\r\n\r\n".encode()


def pipeline(footer: int | str) -> Pipeline:
    columns = [Column("id", Integer(), required=True), Column("name", Text())]
    return Pipeline("people", Files("*", footer=footer), Table("people", ["id"], columns))


def load(engine: InProcess, path: Path, content: bytes, footer: int | str) -> dict[str, Any]:
    path.write_bytes(content)
    engine.use(pipeline(footer))
    return engine.finish(engine.register(path))


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
@pytest.mark.parametrize("footer", [1, "Total"])
def test_a_total_is_not_read_in_whatever_parts(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, footer: int | str
) -> None:
    monkeypatch.setenv("SLUICE_PART_BYTES", "1024")
    content = gzip.compress(TEXT) if name.endswith("gz") else TEXT
    status = load(engine, tmp_path / name, content, footer)
    assert (status["state"], status["read"], status["loaded"], status["rejected"]) == ("done", 300, 300, 0)
    assert status["inputs"][0]["note"] == f"Line 302, the last one, is not data (footer={footer!r})."
    assert engine.sql("select count(*), max(_line) from people") == [(300, 301)]
    assert engine.sql("select count(*) > 3 from sluice.part") == [(True,)]


def test_a_file_that_is_only_a_footer_is_refused(engine: InProcess, tmp_path: Path) -> None:
    status = load(engine, tmp_path / "a.csv", b"id,name\nTotal,0\n", "Total")
    (refused,) = status["inputs"]
    assert (refused["state"], refused["error_code"]) == ("failed", "header_only")
    assert "Line 2, the last one, is not data" in refused["error"]


@pytest.mark.parametrize("footer", [1, "Total"])
def test_the_last_row_of_a_workbook_may_be_a_total(engine: InProcess, tmp_path: Path, footer: int | str) -> None:
    rows = {
        1: [text("id", "A1"), text("name", "B1")],
        2: [number("1", "A2"), text("Ann", "B2")],
        4: [text("Total", "A4"), text("1", "B4")],
    }
    status = load(engine, tmp_path / "a.xlsx", workbook({"Sheet1": sheet(rows)}), footer)
    assert (status["read"], status["loaded"]) == (1, 1)
    assert status["inputs"][0]["note"].startswith("Line 4, the last one, is not data")
