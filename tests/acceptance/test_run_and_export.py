"""`run ... --export` and `export --pipeline`: what a pipeline derives, as files of its tables' names."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow.parquet as pq

from tests.kit.stack import Stack

SHOP = """
from sluice import Column, Derived, Files, Flow, Integer, Pipeline, Table
SALES = Table("sales", key=("id",), columns=[Column("id", Integer(), required=True), Column("n", Integer())])
pipeline = Pipeline(name="shop", flows=[Flow(Files("sales*", name="sales"), SALES)], derived=[
    Derived("doubled", key=("id",), columns={"id": "bigint", "twice": "bigint"},
            sql="select s.id, s.n * 2 as twice from {sales} s"),
    Derived("counted", key=("rows",), columns={"rows": "bigint"}, sql="select count(*) as rows from {sales} s"),
])
"""


def without_built_at(path: Path) -> list[str]:
    return [line.rpartition(",")[0] for line in path.read_text().splitlines()]


def test_a_run_writes_its_derived_tables_and_so_does_the_command(stack: Stack) -> None:
    folder = stack.home / "my_pipelines"
    folder.mkdir()
    (folder / "shop.py").write_text(SHOP)
    sales = stack.home / "sales.csv"
    sales.write_text("id,n\n1,5\n2,\n")
    env = {"SLUICE_PIPELINES": str(folder)}
    stack.worker(**env)

    run = stack.sluice("run", "shop", str(sales), "--export", "out", **env)
    later = stack.sluice("export", "--pipeline", "shop", "--to", "later", "--format", "parquet", **env)

    out = stack.home / "out"
    assert (run["state"], [each["table"] for each in run["exports"]]) == ("done", ["doubled", "counted"])
    assert [each["rows"] for each in run["exports"]] == [2, 1]
    assert without_built_at(out / "doubled.csv") == ["id,twice", "1,10", "2,"]
    assert without_built_at(out / "counted.csv") == ["rows", "2"]
    assert run["exports"][0]["sha256"] == hashlib.sha256((out / "doubled.csv").read_bytes()).hexdigest()
    assert [each["to"] for each in later["exports"]] == ["later/doubled.parquet", "later/counted.parquet"]
    assert pq.read_table(stack.home / "later" / "doubled.parquet").column("twice").to_pylist() == [10, None]


def test_a_run_that_is_done_stays_done_when_its_tables_cannot_be_written(stack: Stack) -> None:
    folder = stack.home / "my_pipelines"
    folder.mkdir()
    (folder / "shop.py").write_text(SHOP)
    sales = stack.home / "sales.csv"
    sales.write_text("id,n\n1,5\n")
    (stack.home / "out" / "counted.csv").mkdir(parents=True)
    env = {"SLUICE_PIPELINES": str(folder)}
    stack.worker(**env)

    run = stack.sluice("run", "shop", str(sales), "--export", "out", ok=False, **env)

    assert (run["exit_code"], run["state"], run["exports"]) == (1, "done", [])
    assert run["error"]["message"].startswith(f"Run {run['run']} is done, but its tables were not written: ")
    assert [each.name for each in (stack.home / "out").iterdir()] == ["counted.csv"]
