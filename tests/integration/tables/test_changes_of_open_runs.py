"""A table that changes while runs are open: what was read under the older declaration is never loaded wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Literal

import psycopg2
import pytest

from sluice import Column, Decimal, Derived, Files, Integer, Pipeline, Table, Text
from sluice.engine.database.connection import transaction
from sluice.engine.ledger import steps
from sluice.engine.ledger.revisions import registered_input, registered_inputs
from sluice.engine.ledger.runs import Run
from sluice.engine.registry import Declared, covers
from sluice.engine.sources.inputs import inputs_of
from sluice.engine.steps.again.redeclare import build_under_newer, note_declared, plan_under_newer
from sluice.engine.steps.build import build_run, definition_of
from sluice.engine.steps.removal.withdraw import this_input
from sluice.engine.tables.changes.apply import TableInUse
from sluice.engine.tables.changes.change import Allowed
from sluice.engine.tables.migrate import is_current, migrate
from sluice.errors import TableChanged
from sluice.pipelines import declared_of
from sluice.tasks.enqueue import register_inputs
from tests.kit.in_process import InProcess

ID = Column("id", Integer(), required=True)
NAME = Column("name", Text())
AMOUNT = Column("amount", Decimal(10, 2))


def shop(*columns: Column, key: Sequence[str] = ("id",), on_conflict: Literal["keep", "update"] = "keep") -> Pipeline:
    return Pipeline("shop", Files("*.csv"), Table("shop", key=key, columns=columns, on_conflict=on_conflict))


LABEL = Column("label", Text(), header="name", renamed_from=("name",))


def half_loaded(engine: InProcess, path: Path) -> Run:
    """A run whose rows are in the table, and not settled yet."""
    path.write_text("id,name\n1,bolt\n")
    with transaction() as cursor:
        run = register_inputs(cursor, engine.pipeline, inputs_of(engine.pipeline, [path]))
    engine.plan(run)
    (step,) = engine.steps(run, "extract")
    engine.load(step)
    return run


def test_rows_of_an_update_are_settled_before_a_column_is_renamed(engine: InProcess, tmp_path: Path) -> None:
    engine.use(shop(ID, NAME, on_conflict="update"))
    run = half_loaded(engine, tmp_path / "a.csv")
    now = shop(ID, LABEL, on_conflict="update")
    with pytest.raises(TableInUse, match=f"Run {run.id} is open and has rows of it to settle"):
        migrate([now], wait_s=0)
    assert is_current(shop(ID, NAME, on_conflict="update"))
    engine.settle(run)
    assert migrate([now], wait_s=0) == ["Renamed column name of shop to label."]


def test_rows_that_nobody_contests_are_settled_under_the_newer_declaration(engine: InProcess, tmp_path: Path) -> None:
    """The processes that had the older declaration are gone."""
    engine.use(shop(ID, NAME))
    run = half_loaded(engine, tmp_path / "a.csv")
    older = Declared(engine.pipeline)
    now = shop(Column("id", Integer(), required=True), LABEL)
    assert migrate([now], wait_s=0) == ["Renamed column name of shop to label."]
    (registered,) = registered_inputs(run.id)
    shape = Declared(now).shapes["files"]
    assert registered.shape == older.shapes["files"]
    assert not covers(shape, older.shapes["files"])
    assert covers(shape, older.shapes["files"], by_columns=registered.by_columns)
    engine.pipeline = now
    engine.settle(run)
    assert run.status().state == "done"
    assert engine.sql("select id, label from shop") == [(1, "bolt")]


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (shop(ID, Column("label", Text(), header="name", renamed_from=("name",)), AMOUNT), "no column name"),
        (shop(ID, Column("name", Text(), required=True), AMOUNT, key=("id", "name")), "another key"),
    ],
    ids=["renamed", "key"],
)
def test_what_was_read_under_the_older_declaration_is_not_loaded_into_the_changed_table(
    engine: InProcess, tmp_path: Path, now: Pipeline, why: str
) -> None:
    engine.use(shop(ID, NAME, AMOUNT))
    path = tmp_path / "a.csv"
    path.write_text("id,name,amount\n1,bolt,1\n")
    with transaction() as cursor:
        run = register_inputs(cursor, engine.pipeline, inputs_of(engine.pipeline, [path]))
    engine.plan(run)
    (step,) = engine.steps(run, "extract")
    migrate([now])
    with pytest.raises(TableChanged, match=f"Table shop has {why} by now"):
        engine.load(step)
    assert engine.sql("select count(*) from shop") == [(0,)]


def test_a_wider_column_takes_what_was_read_under_the_older_declaration(engine: InProcess, tmp_path: Path) -> None:
    engine.use(shop(ID, AMOUNT))
    path = tmp_path / "a.csv"
    path.write_text("id,amount\n1,12345678.99\n")
    run = engine.register(path)
    engine.plan(run)
    migrate([shop(ID, Column("amount", Decimal(16, 4)))], Allowed(rewrite=True))
    assert engine.finish(run)["loaded"] == 1
    assert engine.sql("select amount::text from shop") == [("12345678.9900",)]


@pytest.mark.parametrize("on_conflict", ["keep", "update"])
def test_what_is_not_loaded_is_read_again_under_the_newer_declaration(
    engine: InProcess, tmp_path: Path, on_conflict: Literal["keep", "update"]
) -> None:
    engine.use(shop(ID, NAME, on_conflict=on_conflict))
    path = tmp_path / "a.csv"
    path.write_text("id,name\n1,bolt\n")
    with transaction() as cursor:
        run = register_inputs(cursor, engine.pipeline, inputs_of(engine.pipeline, [path]))
    engine.plan(run)
    (step,) = engine.steps(run, "extract")
    now = shop(ID, LABEL, on_conflict=on_conflict)
    engine.use(now)
    with transaction() as cursor:
        note_declared(cursor, declared_of(now))
    claim = steps.claim("extract", {"step": step})
    assert plan_under_newer(claim, registered_input(run.id, this_input(claim))[1], declared_of(now))
    engine.sql("update sluice.step set due_at = clock_timestamp() where state = 'due'")
    assert engine.finish(run)["loaded"] == 1
    assert engine.sql("select id, label from shop") == [(1, "bolt")]


def counted(column: Column) -> Pipeline:
    derived = Derived(
        "counts",
        key=("word",),
        columns={"word": "text", "times": "bigint"},
        sql=f"select {column.name} as word, count(*) as times from {{files}} f group by 1",
    )
    return Pipeline("shop", Files("*.csv"), Table("shop", key=("id",), columns=[ID, column]), derived=[derived])


def test_a_build_of_a_renamed_column_goes_on_under_the_newer_declaration(engine: InProcess, tmp_path: Path) -> None:
    older, now = counted(NAME), counted(LABEL)
    engine.use(older)
    run = half_loaded(engine, tmp_path / "a.csv")
    engine.settle(run)
    engine.use(now)
    with transaction() as cursor:
        note_declared(cursor, declared_of(now))
    (step,) = engine.steps(run, "build")
    claim = steps.claim("build", {"step": step})
    with pytest.raises(TableChanged, match="Table shop has no column name by now"):
        build_run(claim, older)
    assert engine.sql("select count(*) from counts") == [(0,)]
    assert build_under_newer(claim, declared_of(now), definition_of(older))
    build_run(claim, now)
    assert engine.sql("select word, times from counts") == [("bolt", 1)]
    assert run.status().state == "done"


def test_a_table_that_is_being_loaded_is_changed_afterwards(engine: InProcess, database_url: str) -> None:
    migrate([shop(ID)])
    with closing(psycopg2.connect(database_url)) as other, other.cursor() as cursor:
        cursor.execute("insert into shop values (1, 1, 1)")
        with pytest.raises(
            TableInUse, match=r"^Table shop is in use and was not changed\. .* lock timeout\. Try again"
        ):
            migrate([shop(ID, NAME)], wait_s=0)
        other.commit()
    assert migrate([shop(ID, NAME)], wait_s=0) == ["Added column name to shop."]
    assert engine.sql("select id, name from shop") == [(1, None)]
