"""Tables that are changed while real workers run: the next run uses them, and no worker loads under the wrong one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sluice import enqueue
from tests.kit.forked import run_forked
from tests.kit.in_process import InProcess
from tests.kit.stack import Stack, until

FILE = """from sluice import *
pipeline = Pipeline({name!r}, Files("*.csv"), Table({name!r}, key={key}, columns=[
    Column("id", Integer(), required=True), {columns}]{more}))
"""
NAME = 'Column("name", Text())'
LONG = {"SLUICE_LEASE_S": "30"}  # a busy machine keeps that
LABEL = 'Column("label", Text(), header="name", renamed_from=("name",))'


def declare(folder: Path, name: str, columns: str, *, key: str = '("id",)', more: str = "") -> None:
    folder.mkdir(exist_ok=True)
    written = folder / f".{name}.new"
    written.write_text(FILE.format(name=name, key=key, columns=columns, more=more))
    written.replace(folder / f"{name}.py")


def csv(stack: Stack, name: str, text: str) -> Path:
    path = stack.home / name
    path.write_text(text)
    return path


def changes(number: int) -> tuple[str, str]:
    """What the declaration has as its further column the n-th time, and the name of that column."""
    previous = f'renamed_from=("c{number - 1}",)' if number else ""
    return f'Column("c{number}", Decimal({5 + number}, 2), header="price", {previous})', f"c{number}"


@pytest.fixture
def script(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of pipelines of a script that runs as long as the test: the test's own process."""
    folder = stack.home / "own"
    folder.mkdir()
    stack.env["SLUICE_PIPELINES"] = str(folder)
    for name in (name for name in stack.env if name.startswith(("SLUICE_", "DATABASE_", "REDIS_"))):
        monkeypatch.setenv(name, stack.env[name])
    InProcess.forget()
    yield folder
    InProcess.forget()


def ended(stack: Stack, run: int) -> int:
    """How many rows a run has loaded, at its end."""
    ask = "select loaded from sluice.run where id = %s and state <> 'running'"
    found: list[tuple[int]] = until(lambda: stack.sql(ask, run), 180, f"the end of run {run}")
    return found[0][0]


@pytest.mark.parametrize("times", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_each_next_run_uses_a_file_that_came_and_one_that_changed(stack: Stack, script: Path, times: int) -> None:
    folder, worker = script, stack.worker(2, **LONG).wait_ready()
    for number in range(times):
        column, name = changes(number)
        declare(folder, "changes", column)
        declare(folder, f"came{number}", NAME)
        changed = enqueue("changes", csv(stack, f"{number}.csv", f"id,price\n{number},{number}.50\n"))
        came = enqueue(f"came{number}", csv(stack, f"n{number}.csv", "id,name\n1,bolt\n"))
        assert [ended(stack, run.id) for run in (changed, came)] == [1, 1]
        assert stack.sql(f"select {name}::text from changes where id = %s", number) == [(f"{number}.50",)]
        assert stack.sql(f"select name from came{number}") == [("bolt",)]
    assert worker.process.poll() is None
    assert stack.sql("select count(*) from changes") == [(times,)]
    assert stack.sql("select count(*), count(error) from sluice.step where state <> 'done' or error is not null") == [
        (0, 0)
    ]


@pytest.mark.slow
def test_an_older_worker_gives_back_what_is_of_a_renamed_column(stack: Stack) -> None:
    """The run was registered by the older declaration, and has loaded nothing when the table changes."""
    old, new = stack.home / "old", stack.home / "new"
    declare(old, "shop", NAME)
    declare(new, "shop", LABEL)
    first = stack.enqueue(csv(stack, "a.csv", "id,name\n1,bolt\n"), pipeline="shop", SLUICE_PIPELINES=str(old))
    second = stack.enqueue(csv(stack, "b.csv", "id,name\n2,nut\n"), pipeline="shop", SLUICE_PIPELINES=str(new))
    older = stack.worker(1, SLUICE_PIPELINES=str(old), **LONG).wait_ready()
    changed = "select count(*) from sluice.step where error like 'Table shop has no column name by now%%'"
    until(lambda: stack.sql(changed)[0][0] > 0, 120, "a step that the older worker gives back")
    assert stack.sql("select count(*) from shop") == [(0,)]
    assert stack.sql("select distinct crashes, vanished from sluice.step") == [(0, 0)]
    stack.worker(1, SLUICE_PIPELINES=str(new)).wait_ready()
    for run in (first, second):
        assert stack.wait(run)["state"] == "done"
    assert stack.sql("select id, label from shop order by id") == [(1, "bolt"), (2, "nut")]
    assert stack.sql("select count(*) from sluice.reject") == [(0,)]
    assert older.process.poll() is None


@pytest.mark.slow
def test_older_and_newer_workers_take_turns_and_none_loads_under_the_wrong_declaration(stack: Stack) -> None:
    """Runs come from both sides while the newer side renames a column, widens a type and has another key."""
    stack.env |= LONG
    old, new = stack.home / "old", stack.home / "new"
    amount = 'Column("amount", Decimal(6, 2))'
    declare(old, "shop", f"{NAME}, {amount}")
    declare(old, "keyed", 'Column("code", Text(), required=True)')
    stack.worker(1, SLUICE_PIPELINES=str(old), SLUICE_DECLARATION_WAIT_S="20").wait_ready()
    runs = [
        stack.enqueue(csv(stack, "a0.csv", "id,name,amount\n0,old,1.00\n"), pipeline="shop", SLUICE_PIPELINES=str(old))
    ]
    assert stack.wait(runs[0])["loaded"] == 1
    declare(new, "shop", f'{LABEL}, Column("amount", Decimal(12, 2))')
    declare(new, "keyed", 'Column("code", Text(), required=True)', key='("id", "code")')
    stack.worker(1, SLUICE_PIPELINES=str(new), SLUICE_DECLARATION_WAIT_S="20").wait_ready()
    for number in range(1, 6):
        text = f"id,name,amount\n{number},row {number},{10**7 * number}.25\n"
        runs.append(stack.enqueue(csv(stack, f"a{number}.csv", text), pipeline="shop", SLUICE_PIPELINES=str(new)))
        keyed = csv(stack, f"k{number}.csv", f"id,code\n1,c{number}\n")
        runs.append(stack.enqueue(keyed, pipeline="keyed", SLUICE_PIPELINES=str(new)))
        refused = stack.sluice("enqueue", "shop", str(stack.home / "a0.csv"), ok=False, SLUICE_PIPELINES=str(old))
        assert "Column name was renamed to label by a newer declaration" in refused["error"]["message"]
    for run in runs:
        assert stack.wait(run)["state"] == "done"
    expected = [(0, "old", "1.00"), *[(n, f"row {n}", f"{10**7 * n}.25") for n in range(1, 6)]]
    assert stack.sql("select id, label, amount::text from shop order by id") == expected
    assert stack.sql("select id, code from keyed order by code") == [(1, f"c{n}") for n in range(1, 6)]
    assert stack.sql("select count(*) from sluice.reject") == [(0,)]
    assert stack.sql("select distinct crashes, vanished from sluice.step") == [(0, 0)]


def test_a_migration_that_is_killed_before_it_commits_has_changed_nothing(stack: Stack) -> None:
    old, new = stack.home / "old", stack.home / "new"
    declare(old, "shop", f'{NAME}, Column("amount", Decimal(6, 2))')
    declare(new, "shop", f'{LABEL}, Column("amount", Decimal(12, 2)), Column("note", Text())')
    stack.sluice("migrate", SLUICE_PIPELINES=str(old))
    stack.sql("insert into shop values (1, 'bolt', 5, 1, 1)")
    columns = "select attname::text from pg_attribute where attrelid = 'shop'::regclass and attnum > 0 order by attnum"
    before = stack.sql(columns)
    env = stack.env | {"SLUICE_PIPELINES": str(new), "SLUICE_FAILPOINT": "migrate.before_commit:1:kill"}
    assert run_forked("sluice.cli.main", ["migrate", "--json"], env, stack.home, 120)[0] == -9
    assert (stack.sql(columns), stack.sql("select count(*) from sluice.renamed")) == (before, [(0,)])
    assert stack.sluice("migrate", SLUICE_PIPELINES=str(new))["done"] == [
        "Renamed column name of shop to label.",
        "Added column note to shop.",
        "Column amount of shop is numeric(12,2) now, and was numeric(6,2).",
    ]
    assert stack.sql("select id, label, amount::text, note from shop") == [(1, "bolt", "5.00", None)]
