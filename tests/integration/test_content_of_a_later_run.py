"""Content that a later run loads in the place of older rows, and that an earlier run has under another name.

The later run waits for the end of the earlier one, so the earlier one loads the content itself.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
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
