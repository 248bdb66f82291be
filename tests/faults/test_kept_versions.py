"""A table that keeps versions, and a worker that is killed in the middle: each version is there once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.forked import run_forked
from tests.kit.stack import Stack, until

DECLARED = """
from sluice import Column, Files, Integer, Pipeline, Table, Text

table = Table("{name}", key=("id",), on_conflict="history",
              columns=[Column("id", Integer(), required=True), Column("day", Text()), Column("note", Text())])
pipeline = Pipeline("{name}", Files("*.csv"{snapshot}), table)
"""
VERSIONS = """
    select v.id, v.day, f.id, t.id, regexp_replace(i.uri, '.*/', '') from {name}_versions v
    join sluice.input i on i.id = v._input_id
    left join sluice.run f on f.moment = v.valid_from left join sluice.run t on t.moment = v.valid_to
    order by v.id, v.valid_from
"""
KEYS = 400


@pytest.fixture
def kept(stack: Stack) -> Stack:
    """Two tables that keep versions, one of increments and one of snapshots, with a first version of each row."""
    (stack.home / "declared").mkdir()
    for name, snapshot in (("prices", ""), ("shops", ", snapshot=True")):
        (stack.home / "declared" / f"{name}.py").write_text(DECLARED.format(name=name, snapshot=snapshot))
    stack.env["SLUICE_PIPELINES"] = str(stack.home / "declared")
    stack.env["SLUICE_PART_BYTES"] = "4096"
    stack.sluice("migrate")
    loader = stack.worker(1).wait_ready()
    for name in ("prices", "shops"):
        stack.wait(stack.enqueue(_file(stack.home / name, "monday", range(KEYS)), pipeline=name))
    loader.kill_group()
    return stack


def _file(folder: Path, day: str, ids: range) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{day}.csv"
    path.write_text(
        "id,day,note\n" + "".join(f"{number},{day if number % 2 else 'even'},{'x' * 20}\n" for number in ids)
    )
    return path


def _expected(first: int, second: int, gone: range) -> list[tuple[object, ...]]:
    """Odd rows have a second version, even ones are confirmed, those that are gone are closed."""
    rows: list[tuple[object, ...]] = []
    for number in range(KEYS):
        if number in gone:
            rows.append((number, "monday" if number % 2 else "even", first, second, "monday.csv"))
        elif number % 2:
            rows.append((number, "monday", first, second, "monday.csv"))
            rows.append((number, "tuesday", second, None, "tuesday.csv"))
        else:
            rows.append((number, "even", first, None, "tuesday.csv"))
    return rows


@pytest.mark.parametrize("children", [4, 1])
@pytest.mark.parametrize("point", ["settle.before_commit", "load.before_merge", "load.before_commit", "load.mid_copy"])
@pytest.mark.variants
def test_a_killed_worker_leaves_each_version_once(kept: Stack, point: str, children: int) -> None:
    once = {"SLUICE_FAILPOINT": f"{point}:1:kill", "SLUICE_TEST_FAILPOINT_COUNT": str(kept.home / "failpoints")}
    killed = kept.worker(1, **once).wait_ready()
    runs = {
        "prices": kept.enqueue(_file(kept.home / "prices", "tuesday", range(KEYS)), pipeline="prices"),
        "shops": kept.enqueue(_file(kept.home / "shops", "tuesday", range(100, KEYS)), pipeline="shops"),
    }
    until(lambda: kept.sql("select count(*) from sluice.step where crashes > 0")[0][0] > 0, what="a killed process")
    killed.kill_group()
    kept.worker(children).wait_ready()
    for name, run in runs.items():
        assert kept.wait(run)["state"] == "done"
        [(first,)] = kept.sql(f"select min(id) from sluice.run where pipeline = '{name}'")
        gone = range(100) if name == "shops" else range(0)
        assert kept.sql(VERSIONS.format(name=name)) == _expected(first, run, gone)


@pytest.mark.parametrize("point", ["undo.deleted", "undo.before_commit"])
@pytest.mark.variants
def test_a_killed_undo_has_done_nothing_and_a_second_one_restores_all(kept: Stack, point: str) -> None:
    before = kept.sql(VERSIONS.format(name="shops"))
    kept.worker(1).wait_ready()
    run = kept.enqueue(_file(kept.home / "shops", "tuesday", range(100, KEYS)), pipeline="shops")
    kept.wait(run)
    loaded = kept.sql(VERSIONS.format(name="shops"))
    env = kept.env | {"SLUICE_FAILPOINT": f"{point}:1:kill"}
    assert run_forked("sluice.cli.main", ("undo", str(run)), env, kept.home, 120)[0] == -9
    assert kept.sql(VERSIONS.format(name="shops")) == loaded
    kept.sluice("undo", str(run))
    assert kept.sql(VERSIONS.format(name="shops")) == before
