"""Partitions are made while other loads run, and workers die: no row is lost or doubled, no partition made twice."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.faults.trial import count_of
from tests.kit.stack import Stack, until

DECLARED = """
from sluice import Column, Date, Files, Integer, Pipeline, Table, Text

table = Table("calls", key=("id", "day"), on_conflict="{on_conflict}", partition_by="day", columns=[
    Column("id", Integer(), required=True), Column("day", Date("%Y-%m-%d"), required=True), Column("text", Text())])
pipeline = Pipeline("calls", Files("*.csv"), table)
"""
MONTHS = 24
ROWS = 3_000
POINTS = [
    "partition.before_commit",
    "load.before_commit",
    *(
        pytest.param(each, marks=pytest.mark.slow)
        for each in ("load.mid_copy", "load.after_commit", "settle.before_commit")
    ),
]


def fill(folder: Path, files: int, rows: int) -> list[Path]:
    """Files with the same keys, of all months and in another order each, with its own text."""
    chance, paths = random.Random(7), []
    keys = [(n, date(2024, 1, 15) + timedelta(days=30.4375 * (n % MONTHS))) for n in range(rows)]
    for number in range(files):
        chance.shuffle(keys)
        path = folder / f"{number:03}.csv"
        path.write_text("id,day,text\n" + "".join(f"{n},{day},{'x' * 20}{number}\n" for n, day in keys))
        paths.append(path)
    return paths


def begin(stack: Stack, folder: Path, on_conflict: str) -> None:
    declared = folder / "pipelines"
    declared.mkdir()
    (declared / "calls.py").write_text(DECLARED.format(on_conflict=on_conflict), encoding="utf-8")
    stack.env |= {"SLUICE_PIPELINES": str(declared)}
    stack.sluice("migrate")


def check(stack: Stack, run: int, *, files: int, rows: int, newest: int) -> None:
    status = stack.wait(run)
    assert (status["state"], status["read"]) == ("done", files * rows)
    outcomes = ("loaded", "updated", "unchanged", "duplicate", "rejected")
    assert sum(status[name] for name in outcomes) == files * rows
    assert status["loaded"] == rows
    assert stack.sql("select count(*)::int, count(distinct (id, day))::int from calls") == [(rows, rows)]
    assert stack.sql(f"select count(*)::int from calls where text = '{'x' * 20}{newest}'") == [(rows,)]
    assert stack.sql("select count(*)::int from pg_inherits where inhparent = 'calls'::regclass") == [(MONTHS,)]
    left = "select count(*)::int from pg_class where relname like 'calls_20%' and relkind = 'r' and not relispartition"
    assert stack.sql(left) == [(0,)]


@pytest.mark.parametrize("on_conflict", ["keep", "update"])
@pytest.mark.parametrize("point", POINTS)
def test_a_child_that_is_killed_costs_no_row_and_leaves_no_table(
    stack: Stack, tmp_path: Path, point: str, on_conflict: str
) -> None:
    begin(stack, tmp_path, on_conflict)
    paths = fill(tmp_path, 3, ROWS)
    fault = {"SLUICE_FAILPOINT": f"{point}:1:kill", "SLUICE_TEST_FAILPOINT_COUNT": str(stack.home / "failpoints")}
    stack.worker(2, **fault).wait_ready()
    run = stack.enqueue(*paths, pipeline="calls")
    until(lambda: count_of(stack.home / "failpoints", point) >= 1, 120, "the failpoint")
    check(stack, run, files=3, rows=ROWS, newest=0 if on_conflict == "keep" else 2)


@pytest.mark.parametrize("on_conflict", ["keep", "update"])
@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.slow), 4])
def test_small_files_of_many_months_at_once_make_each_partition_once(
    stack: Stack, tmp_path: Path, workers: int, on_conflict: str
) -> None:
    begin(stack, tmp_path, on_conflict)
    paths = fill(tmp_path, 40, 50)
    stack.worker(workers).wait_ready()
    run = stack.enqueue(*paths, pipeline="calls")
    check(stack, run, files=40, rows=50, newest=0 if on_conflict == "keep" else 39)


def test_runs_beside_each_other_do_not_wait_for_partitions(stack: Stack, tmp_path: Path) -> None:
    begin(stack, tmp_path, "keep")
    stack.worker(4).wait_ready()
    runs = []
    for number in range(6):
        folder = tmp_path / str(number)
        folder.mkdir()
        runs.append(stack.enqueue(*fill(folder, 1, ROWS), pipeline="calls"))
        (folder / "more.csv").write_text("id,day,text\n" + f"{90_000 + number},2026-0{number + 1}-01,more\n")
        runs.append(stack.enqueue(folder / "more.csv", pipeline="calls"))
    states = [stack.wait(run)["state"] for run in runs]
    assert states == ["done"] * 12
    assert stack.sql("select count(*)::int from calls") == [(ROWS + 6,)]
