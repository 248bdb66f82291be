"""An undo that is killed: either nothing of it has happened, or workers do the rest. Each time the tables equal those
of a pipeline that never saw the file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.kit.forked import run_forked
from tests.kit.stack import Stack, until

DECLARED = """
from sluice import Column, Derived, Files, Flow, Integer, Pipeline, Table, Text

table = Table("{name}_price", key=("id",), on_conflict="update",
              columns=[Column("id", Integer(), required=True), Column("price", Integer()), Column("name", Text())])
sums = Derived("{name}_sum", key=("name",), columns={{"name": "text", "price": "bigint", "articles": "bigint"}},
               sql="select name, sum(price)::bigint as price, count(*) as articles from {{prices}} group by name")
pipeline = Pipeline("{name}", flows=[Flow(Files("*.csv", name="prices"), table)], derived=[sums])
"""
TABLE = (
    "select p.id, p.price, p.name, regexp_replace(i.uri, '.*/', ''), p._line"
    " from {name}_price p join sluice.input i on i.id = p._input_id order by p.id"
)
SUMS = "select name, price, articles from {name}_sum order by name"
BOOKS = (
    "select regexp_replace(uri, '.*/', ''), state, read, loaded, updated, unchanged, duplicate, rejected"
    " from sluice.input where pipeline = '{name}' and state = 'done' order by run_id, position"
)
KILLED_COMMAND = ("undo.deleted", "undo.before_commit")
KILLED_WORKER = ("settle.before_commit", "build.before_commit")


@pytest.fixture
def shops(stack: Stack) -> Stack:
    """Two pipelines with the same declaration: `twin` never sees what `seen` undoes."""
    (stack.home / "declared").mkdir()
    for name in ("seen", "twin"):
        (stack.home / "declared" / f"{name}.py").write_text(DECLARED.format(name=name))
    stack.env["SLUICE_PIPELINES"] = str(stack.home / "declared")
    stack.env["SLUICE_PART_BYTES"] = "4096"
    stack.sluice("migrate")
    return stack


def _file(folder: Path, name: str, ids: range) -> Path:
    path = folder / f"{name}.csv"
    path.write_text("id,price,name\n" + "".join(f"{number},{number % 97},{name}\n" for number in ids))
    return path


def _checksum(stack: Stack, name: str) -> str:
    found = [stack.sql(statement.format(name=name)) for statement in (TABLE, SUMS, BOOKS)]
    return hashlib.sha256(repr(found).encode()).hexdigest()


def _killed_command(stack: Stack, run: int, point: str) -> None:
    env = stack.env | {"SLUICE_FAILPOINT": f"{point}:1:kill"}
    code, out, err = run_forked("sluice.cli.main", ("undo", str(run)), env, stack.home, 120)
    assert (code, out) == (-9, ""), err


@pytest.mark.slow  # the quick variant is tests/integration/undo/test_undo_of_updates.py
@pytest.mark.parametrize("children", [1, 4])
def test_an_undo_that_is_killed_and_done_twice_leaves_what_a_pipeline_without_the_file_has(
    shops: Stack, children: int
) -> None:
    """1,000 rows of two files are overwritten, and feed a derived table. Command and workers are killed."""
    first, second = _file(shops.home, "first", range(900)), _file(shops.home, "second", range(800, 1600))
    wrong, last = _file(shops.home, "wrong", range(400, 1400)), _file(shops.home, "last", range(1550, 1700))
    worker = shops.worker(children).wait_ready()
    for name in ("seen", "twin"):
        for path in (first, second):
            shops.wait(shops.enqueue(path, pipeline=name))
    before = _checksum(shops, "seen")
    run = shops.enqueue(wrong, pipeline="seen")
    assert shops.wait(run)["updated"] == 1000
    assert _checksum(shops, "seen") != before
    spoiled = _checksum(shops, "seen")
    worker.kill_group()

    for point in KILLED_COMMAND:
        _killed_command(shops, run, point)
        assert _checksum(shops, "seen") == spoiled
    done = shops.sluice("undo", str(run))
    assert (done["rows_deleted"], done["rows_restored"]) == (1000, 1000)
    for point in KILLED_WORKER:
        once = {"SLUICE_FAILPOINT": f"{point}:1:kill", "SLUICE_TEST_FAILPOINT_COUNT": str(shops.home / point)}
        killed = shops.worker(1, **once).wait_ready()
        until(lambda log=killed.log: "SIGKILL" in log.read_text(), 90, f"a death at {point}")
        killed.kill_group()
    shops.worker(children).wait_ready()
    assert shops.wait(done["run"])["state"] == "done"
    assert _checksum(shops, "seen") == before == _checksum(shops, "twin")

    again = shops.sluice("undo", str(run))
    assert (again["run"], again["undone_by"]) == (None, done["run"])
    for name in ("seen", "twin"):
        shops.wait(shops.enqueue(last, pipeline=name))
    assert _checksum(shops, "seen") == _checksum(shops, "twin")


@pytest.mark.slow  # the quick variants are in tests/integration/undo/test_cancel.py
@pytest.mark.parametrize("point", ["cancel.deleted", "cancel.before_commit"])
def test_a_cancel_that_is_killed_has_done_nothing_and_the_next_one_everything(shops: Stack, point: str) -> None:
    worker = shops.worker(1).wait_ready()
    shops.wait(shops.enqueue(_file(shops.home, "first", range(900)), pipeline="seen"))
    worker.kill_group()
    before = _checksum(shops, "seen")
    held = shops.worker(1, SLUICE_FAILPOINT="load.after_commit:2:stop").wait_ready()
    run = shops.enqueue(_file(shops.home, "wrong", range(400, 1400)), pipeline="seen")
    until(
        lambda: shops.sql("select loaded + updated > 0 from sluice.run where id = %s", run) == [(True,)], 90, "a load"
    )
    env = shops.env | {"SLUICE_FAILPOINT": f"{point}:1:kill"}
    assert run_forked("sluice.cli.main", ("cancel", str(run)), env, shops.home, 120)[0] == -9
    assert shops.sql("select state from sluice.run where id = %s", run) == [("running",)]

    assert shops.sluice("cancel", str(run))["inputs"] == 1

    held.kill_group()
    shops.worker(2).wait_ready()
    shops.wait(shops.enqueue(_file(shops.home, "twin", range(1)), pipeline="twin"))
    assert shops.sql("select state, read, loaded, contested from sluice.run where id = %s", run) == [
        ("failed", 0, 0, 0)
    ]
    assert _checksum(shops, "seen") == before
    assert shops.sql("select count(*) from sluice.step where run_id = %s and state <> 'done'", run) == [(0,)]
