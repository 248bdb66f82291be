"""Content that a later run loads in the place of older rows, and that an earlier run has under another name.

The later run waits for the end of the earlier one, so the earlier one loads the content itself.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.ledger import steps
from sluice.engine.ledger.runs import retry
from sluice.engine.steps.dispatch import recover
from tests.kit.in_process import InProcess

COLUMNS = [Column("id", Integer(), required=True), Column("name", Text())]

Conflict = Literal["keep", "update"]


def things(on_conflict: Conflict, **said: Any) -> Pipeline:
    table = Table("things", key=("id",), columns=COLUMNS, on_conflict=on_conflict)
    return Pipeline("things", Files("*", **said), table)


def emptied(engine: InProcess, on_conflict: Conflict) -> None:
    engine.sql("truncate things")


def declared_anew(engine: InProcess, on_conflict: Conflict) -> None:
    engine.use(things(on_conflict, header=["id", "name"], skip=1))


BOOKS = "select read, loaded, updated, unchanged, duplicate, rejected from sluice.run where id > 1 order by id"


@pytest.mark.parametrize("why", [emptied, declared_anew])
@pytest.mark.parametrize(
    ("on_conflict", "second_books"), [("keep", (2, 0, 0, 0, 2, 0)), ("update", (2, 0, 0, 2, 0, 0))]
)
def test_the_earlier_run_does_not_wait_for_the_later_one(
    engine: InProcess,
    tmp_path: Path,
    why: Callable[[InProcess, Conflict], None],
    on_conflict: Conflict,
    second_books: tuple[int, ...],
) -> None:
    stock, copy, other = (tmp_path / name for name in ("stock.csv", "copy.csv", "other.csv"))
    for path in (stock, copy):
        path.write_text("id,name\n1,nut\n2,bolt\n")
    other.write_text("id,name\n7,nail\n")
    engine.use(things(on_conflict))
    engine.finish(engine.register(stock))
    why(engine, on_conflict)

    first, second = engine.register(other, copy), engine.register(stock)
    engine.plan_step(engine.steps(first, "plan")[0])
    engine.plan(second)
    engine.finish(first)
    engine.finish(second)

    assert engine.sql("select state from sluice.input order by id") == [("done",)] * 4
    assert engine.sql(BOOKS) == [(3, 3, 0, 0, 0, 0), second_books]
    assert engine.sql("select id, name from things order by id") == [(1, "nut"), (2, "bolt"), (7, "nail")]


def written(folder: Path, **contents: str) -> list[Path]:
    paths = [folder / f"{name}.csv" for name in contents]
    for path, rows in zip(paths, contents.values(), strict=True):
        path.write_text("id,name\n" + rows)
    return paths


def test_an_earlier_run_that_reloads_does_not_wait_for_the_later_one(engine: InProcess, tmp_path: Path) -> None:
    copy, stock = written(tmp_path, copy="1,nut\n2,bolt\n", stock="1,nut\n2,bolt\n")
    engine.use(things("keep"))
    first, second = engine.register(copy, reload=True), engine.register(stock)
    engine.plan(second)
    engine.finish(first)
    engine.finish(second)
    assert engine.sql("select state, loaded, duplicate from sluice.input order by id") == [
        ("done", 2, 0),
        ("done", 0, 2),
    ]


def test_an_earlier_run_stops_waiting_when_another_of_its_files_replaces_rows(
    engine: InProcess, tmp_path: Path
) -> None:
    old, copy, stock = written(tmp_path, old="7,nail\n", copy="1,nut\n", stock="1,nut\n")
    engine.use(things("keep"))
    engine.finish(engine.register(old))
    engine.sql("truncate things")
    first, second = engine.register(copy, old), engine.register(stock)
    engine.plan(second)
    engine.plan(first)
    assert engine.sql("select state from sluice.input where run_id = %s order by id", first.id)[0] == ("attached",)
    recover()
    engine.finish(first)
    engine.finish(second)
    assert engine.sql("select state, loaded, duplicate from sluice.input where run_id > 1 order by id") == [
        ("done", 1, 0),
        ("done", 1, 0),
        ("done", 0, 1),
    ]


def test_a_run_is_tried_again_while_another_loads_the_same_content(engine: InProcess, tmp_path: Path) -> None:
    (stock,) = written(tmp_path, stock="1,nut\n2,bolt\n")
    engine.use(things("keep"))
    first = engine.register(stock)
    engine.plan(first)
    steps.kill(steps.claim("extract", {"step": engine.steps(first, "extract")[0]}), "as a test wants it")
    engine.finish(first)
    second = engine.register(stock)
    engine.plan(second)
    assert retry(first.id) == 1
    engine.finish(first)
    engine.finish(second)
    assert engine.sql("select state, loaded, duplicate from sluice.input order by id") == [
        ("done", 2, 0),
        ("done", 2, 0),
    ]
    assert engine.sql("select id, _input_id from things order by id") == [(1, 2), (2, 2)]
