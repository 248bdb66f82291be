"""Personal data in a preview: not shown, unless it is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sluice.cli.main import app
from tests.kit.in_process import InProcess

DECLARED = """
from sluice import Column, Files, Integer, Phone, Pipeline, Table, Text
pipeline = Pipeline("people", Files("*.csv"), Table("people", ["id"], [
    Column("id", Integer(), required=True), Column("phone", Phone("RW")), Column("name", Text(), pii=True),
    Column("again", Text(), header="name"), Column("town", Text())]))
"""
FILE = "id,phone,name,town\n1,0788123456,Ann Who,Kigali\n2,,,Musanze\n"


@pytest.fixture
def preview(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Types words after `sluice preview people people.csv`."""
    (tmp_path / "declared").mkdir()
    (tmp_path / "declared" / "people.py").write_text(DECLARED)
    (tmp_path / "people.csv").write_text(FILE)
    monkeypatch.setenv("SLUICE_PIPELINES", str(tmp_path / "declared"))
    monkeypatch.setenv("COLUMNS", "300")
    InProcess.forget()  # the settings of a test before it
    yield lambda *words: CliRunner().invoke(app, ["preview", "people", str(tmp_path / "people.csv"), *words]).stdout
    monkeypatch.undo()
    InProcess.forget()


def test_personal_data_is_not_shown(preview: Any) -> None:
    shown = preview()
    assert "788123456" not in shown
    assert "Ann Who" not in shown
    assert "Kigali" in shown
    assert (
        "Personal data is not shown (people.phone, people.name, people.again): --show-personal shows it."
        in " ".join(shown.split())
    )
    rows = json.loads(preview("--json"))["tables"][0]["rows"]
    assert [row["values"] for row in rows] == [
        {"id": 1, "phone": "***", "name": "***", "again": "***", "town": "Kigali"},
        {"id": 2, "phone": None, "name": None, "again": None, "town": "Musanze"},
    ]


def test_personal_data_is_shown_when_it_is_asked_for(preview: Any) -> None:
    shown = preview("--show-personal")
    assert "+250788123456" in shown
    assert "Ann Who" in shown
    assert "is not shown" not in shown
