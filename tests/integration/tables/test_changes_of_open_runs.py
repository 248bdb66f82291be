"""A table that changes while runs are open: what was read under the older declaration is never loaded wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from sluice import Column, Decimal, Files, Integer, Pipeline, Table, Text
from sluice.engine.database.connection import transaction
from sluice.engine.sources.inputs import inputs_of
from sluice.engine.tables.changes.apply import TableInUse
from sluice.engine.tables.changes.change import Allowed
from sluice.engine.tables.migrate import is_current, migrate
from sluice.errors import TableChanged
from sluice.tasks.enqueue import register_inputs
from tests.kit.in_process import InProcess

ID = Column("id", Integer(), required=True)
NAME = Column("name", Text())
AMOUNT = Column("amount", Decimal(10, 2))


def shop(*columns: Column, key: Sequence[str] = ("id",)) -> Pipeline:
    return Pipeline("shop", Files("*.csv"), Table("shop", key=key, columns=columns))


def test_an_open_run_with_rows_is_settled_before_a_column_is_renamed(engine: InProcess, tmp_path: Path) -> None:
    engine.use(shop(ID, NAME))
    path = tmp_path / "a.csv"
    path.write_text("id,name\n1,bolt\n")
    with transaction() as cursor:
        run = register_inputs(cursor, engine.pipeline, inputs_of(engine.pipeline, [path]))
    engine.plan(run)
    (step,) = engine.steps(run, "extract")
    engine.load(step)
    now = shop(ID, Column("label", Text(), renamed_from=("name",)))
    with pytest.raises(TableInUse, match=f"Run {run.id} is open and has rows in it"):
        migrate([now], wait_s=0)
    assert is_current(shop(ID, NAME))
    engine.settle(run)
    assert migrate([now], wait_s=0) == ["Renamed column name of shop to label."]


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
