"""Versions in a preview, in exports and in replays of rejects."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice import Column, Date, Files, Integer, Pipeline, Table, Text
from sluice.engine.export import ExportRequest, Form, export_tables
from sluice.engine.export.tables import find_table
from sluice.engine.ledger.runs import Run
from sluice.engine.steps.again.replay.chosen import Wanted
from tests.integration.preview.as_a_run import assert_as_a_run
from tests.kit import refused
from tests.kit.in_process import InProcess

COLUMNS = [
    Column("id", Integer(), required=True),
    Column("name", Text()),
    Column("day", Date("%Y-%m-%d"), required=True),
]
BY_RUN = Table("names", key=("id",), on_conflict="history", columns=COLUMNS)
BY_DAY = Table("names", key=("id",), on_conflict="history", columns=COLUMNS, versions_by="day")


@pytest.mark.parametrize(("table", "loaded"), [(BY_RUN, 2), (BY_DAY, 4)], ids=["by run", "by day"])
def test_a_preview_counts_as_its_run(engine: InProcess, tmp_path: Path, table: Table, loaded: int) -> None:
    (tmp_path / "a.csv").write_text("id,name,day\n1,ann,2024-01-01\n1,anna,2024-01-02\n2,bob,2024-01-01\n2,x,never\n")
    (tmp_path / "b.csv").write_text("id,name,day\n2,bert,2024-01-03\n1,anne,2024-01-02\n")
    found = assert_as_a_run(engine, Pipeline("names", Files("*.csv"), table), tmp_path / "a.csv", tmp_path / "b.csv")
    assert (found.status.read, found.status.loaded, found.status.rejected) == (6, loaded, 1)


def test_all_versions_are_exported_from_the_oldest_on(engine: InProcess, tmp_path: Path) -> None:
    pipeline = Pipeline("names", Files("*.csv"), BY_RUN)
    engine.use(pipeline)
    for name in ("ann", "anna"):
        path = tmp_path / f"{name}.csv"
        path.write_text(f"id,name,day\n1,{name},2024-01-01\n")
        engine.finish(engine.register(path))
    for table, names in (("names_versions", "ann anna"), ("names_current", "anna"), ("names_history", "ann")):
        wanted = ExportRequest(table, find_table([pipeline], table), str(tmp_path / f"{table}.out.csv"), ("name",))
        export_tables([wanted], Form(ordered=True))
        assert (tmp_path / f"{table}.out.csv").read_text().split() == ["name", *names.split()]


def test_a_corrected_reject_is_a_version_unless_a_later_run_had_the_row(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused.use(engine, tmp_path / "declared", monkeypatch, conflict="history")
    runs = []
    for number, rows in enumerate((("1,ann,1", "2,bob,1"), ("1,anna,x", "2,bert,x"), ("1,ann,1",))):
        path = tmp_path / f"{number}.csv"
        path.write_text("id,name,amount\n" + "".join(f"{row}\n" for row in rows))
        runs.append(engine.register(path))
        engine.finish(runs[-1])
    replay = refused.replayed(engine, runs[1].id, Wanted(sets={"amount": "2"}))
    assert replay is not None
    assert (replay["updated"], replay["rejected"]) == (1, 1)
    shown = "select id, name, amount::int, valid_to is null from orders_versions order by id, valid_from"
    assert engine.sql(shown) == [(1, "ann", 1, True), (2, "bob", 1, False), (2, "bert", 2, True)]
    assert Run(replay["run"]).status().json()["reasons"][0]["code"] == "superseded"
