"""What comes after the load of a partitioned table: builds, undo, cancel, forget, snapshots, doctor, exports."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.engine.database.connection import transaction
from sluice.engine.doctor.rows import look_at_rows
from sluice.engine.export import ExportRequest, Form, export_tables
from sluice.engine.ledger.runs import Run
from sluice.pipelines import find
from sluice.tasks.removal.cancel import cancel
from sluice.tasks.removal.forget import forget
from sluice.tasks.removal.undo import undo
from tests.kit.in_process import InProcess

DECLARED = """
from sluice import Column, Date, Derived, Files, Flow, Integer, Pipeline, Table, Text

calls = Table("calls", key=("id", "day"), on_conflict="{on_conflict}", partition_by="day", columns=[
    Column("id", Integer(), required=True), Column("day", Date("%Y-%m-%d"), required=True), Column("name", Text())])
days = Derived("days", key=("day",), columns={{"day": "date", "calls": "bigint"}},
               sql="select day, count(*) as calls from {{calls}} group by day")
flow = Flow(Files("*.csv", name="calls"{snapshot}), calls)
pipeline = Pipeline("calls", flows=[flow], derived=[days])
"""
ROWS = "select id::int, day::text, name from calls order by id, day"
DAYS = "select day::text, calls::int from days order by 1"
PARTITIONS = "select inhrelid::regclass::text from pg_inherits where inhparent = 'calls'::regclass order by 1"


class Exchange:
    """Runs of that pipeline, loaded one after another."""

    def __init__(self, engine: InProcess, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.engine, self.folder, self._patch = engine, folder, patch

    def declare(self, on_conflict: str = "update", *, snapshot: bool = False) -> None:
        folder = self.folder / "declared"
        folder.mkdir(exist_ok=True)
        text = DECLARED.format(on_conflict=on_conflict, snapshot=", snapshot=True" if snapshot else "")
        (folder / "calls.py").write_text(text)
        self._patch.setenv("SLUICE_PIPELINES", str(folder))
        self.engine.forget()
        self.engine.use(find("calls"))

    def load(self, name: str, *rows: str) -> Run:
        run = self.register(name, *rows)
        self.engine.finish(run)
        return run

    def register(self, name: str, *rows: str) -> Run:
        path = self.folder / name
        path.write_text("id,day,name\n" + "".join(f"{row}\n" for row in rows))
        return self.engine.register(path)


@pytest.fixture
def exchange(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exchange:
    """An exchange without a declaration yet."""
    return Exchange(engine, tmp_path, monkeypatch)


@pytest.mark.parametrize("dropped", [False, True])
def test_an_undo_brings_rows_back_also_into_a_partition_that_was_dropped(exchange: Exchange, *, dropped: bool) -> None:
    exchange.declare()
    exchange.load("a.csv", "1,2026-01-31,a", "2,2026-02-01,a")
    second = exchange.load("b.csv", "1,2026-01-31,b", "2,2026-02-01,b", "3,2026-03-01,b")
    assert exchange.engine.sql(DAYS) == [("2026-01-31", 1), ("2026-02-01", 1), ("2026-03-01", 1)]
    if dropped:
        exchange.engine.sql("drop table calls_2026_01")
    done = undo(second.id, force=dropped)
    assert done.by is not None
    assert exchange.engine.finish(Run(done.by))["state"] == "done"
    assert (done.rows, done.restored) == (2 if dropped else 3, 2)
    assert exchange.engine.sql(ROWS) == [(1, "2026-01-31", "a"), (2, "2026-02-01", "a")]
    assert exchange.engine.sql(DAYS) == [("2026-01-31", 1), ("2026-02-01", 1)]
    assert exchange.engine.sql(PARTITIONS) == [("calls_2026_01",), ("calls_2026_02",), ("calls_2026_03",)]


def test_a_cancelled_update_leaves_the_rows_of_before(exchange: Exchange) -> None:
    exchange.declare()
    exchange.load("a.csv", "1,2026-01-31,a", "2,2026-02-01,a")
    run = exchange.register("b.csv", "1,2026-01-31,b", "3,2026-03-01,b")
    exchange.engine.plan(run)
    for step in exchange.engine.steps(run, "extract"):
        exchange.engine.load(step)
    cancel(run.id)
    assert exchange.engine.sql(ROWS) == [(1, "2026-01-31", "a"), (2, "2026-02-01", "a")]


def test_a_snapshot_removes_the_rows_that_it_does_not_have(exchange: Exchange) -> None:
    exchange.declare(snapshot=True)
    exchange.load("a.csv", "1,2026-01-31,a", "2,2026-02-01,a")
    exchange.load("b.csv", "2,2026-02-01,b", "3,2026-04-01,b")
    assert exchange.engine.sql(ROWS) == [(2, "2026-02-01", "b"), (3, "2026-04-01", "b")]
    assert exchange.engine.sql(DAYS) == [("2026-02-01", 1), ("2026-04-01", 1)]


@pytest.mark.parametrize("on_conflict", ["keep", "update"])
def test_a_forgotten_value_goes_from_all_partitions(exchange: Exchange, on_conflict: str) -> None:
    exchange.declare(on_conflict)
    exchange.load("a.csv", "1,2026-01-31,jo", "2,2026-02-01,jo", "3,2026-02-01,al")
    exchange.load("b.csv", "4,2026-03-01,jo", "3,2026-02-01,al")
    result = forget("calls", [("name", "jo")])
    assert exchange.engine.sql(ROWS) == [(3, "2026-02-01", "al")]
    run = result.run
    assert run is not None
    exchange.engine.finish(Run(run))
    assert exchange.engine.sql(DAYS) == [("2026-02-01", 1)]


def test_doctor_says_that_rows_of_a_dropped_partition_were_deleted(exchange: Exchange) -> None:
    exchange.declare("keep")
    exchange.load("a.csv", "1,2026-01-31,a", "2,2026-02-01,a")
    (before,) = look_at_rows([find("calls")])
    assert before.state == "ok"
    exchange.engine.sql("drop table calls_2026_01")
    (finding,) = look_at_rows([find("calls")])
    assert finding.state == "warning"
    assert "(1 of 2)" in finding.found
    assert "in a partition that was dropped" in finding.found


def test_a_key_that_another_run_has_in_a_dropped_partition_is_judged_again(exchange: Exchange) -> None:
    exchange.declare("keep")
    exchange.load("a.csv", "1,2026-01-31,a")
    runs = [exchange.register(f"{name}.csv", f"7,2026-05-01,{name}") for name in "bc"]
    for run in runs:
        exchange.engine.plan(run)
    for run in reversed(runs):
        for step in exchange.engine.steps(run, "extract"):
            exchange.engine.load(step)
    exchange.engine.sql("drop table calls_2026_05")
    for run in runs:
        exchange.engine.settle(run)
    assert exchange.engine.sql(ROWS)[0] == (1, "2026-01-31", "a")


def test_an_export_has_the_rows_of_all_partitions(exchange: Exchange, tmp_path: Path) -> None:
    exchange.declare()
    exchange.load("a.csv", "2,2026-02-01,b", "1,2026-01-31,a")
    wanted = ExportRequest("calls", ("id", "day"), str(tmp_path / "out.csv"), ("id", "day", "name"))
    (made,) = export_tables([wanted], Form(ordered=True))
    assert made.rows == 2
    assert (tmp_path / "out.csv").read_text() == "id,day,name\n1,2026-01-31,a\n2,2026-02-01,b\n"


def test_the_index_of_lines_is_summarized_and_statistics_are_there(exchange: Exchange) -> None:
    exchange.declare("keep")
    exchange.load("a.csv", "1,2026-01-31,a", "2,2026-02-01,a")
    with transaction() as cursor:
        cursor.execute("select count(*)::int from pg_stats where tablename = 'calls'")
        assert cursor.fetchone() != (0,)
