"""Snapshots whose table marks the rows that they do not have any more, instead of deleting them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.ledger.runs import Run
from tests.kit.in_process import InProcess

COLUMNS = [Column("id", Integer(), required=True), Column("name", Text())]
TABLE = Table("names", key=("id",), on_conflict="update", columns=COLUMNS, removed_at="deleted_at")
PIPELINE = Pipeline("names", Files("*.csv", snapshot=True), TABLE)
ROWS = "select n.id, n.name, r.id from names n left join sluice.run r on r.moment = n.deleted_at order by n.id"


class Shop:
    """Snapshots, one after another."""

    def __init__(self, engine: InProcess, folder: Path) -> None:
        self.engine, self.folder = engine, folder

    def load(self, *rows: str) -> Run:
        path = self.folder / f"{len(list(self.folder.glob('*.csv')))}.csv"
        path.write_text("id,name\n" + "".join(f"{row}\n" for row in rows))
        run = self.engine.register(path)
        assert self.engine.finish(run)["state"] == "done"
        return run

    def rows(self) -> list[tuple[Any, ...]]:
        return self.engine.sql(ROWS)


@pytest.fixture
def shop(engine: InProcess, tmp_path: Path) -> Shop:
    engine.use(PIPELINE)
    return Shop(engine, tmp_path)


def _books(run: Run) -> tuple[int, ...]:
    status = run.status().json()
    return tuple(status[n] for n in ("read", "loaded", "updated", "unchanged", "gone"))


def test_a_row_that_is_gone_is_marked_once_and_comes_back_as_an_update(shop: Shop) -> None:
    shop.load("1,ann", "2,bob")
    second = shop.load("1,ann")
    assert shop.rows() == [(1, "ann", None), (2, "bob", second.id)]
    third = shop.load("1,ann", "3,cy")
    assert shop.rows() == [(1, "ann", None), (2, "bob", second.id), (3, "cy", None)]
    fourth = shop.load("1,ann", "2,bob")
    assert shop.rows() == [(1, "ann", None), (2, "bob", None), (3, "cy", fourth.id)]
    assert [_books(run) for run in (second, third, fourth)] == [(1, 0, 0, 1, 1), (2, 1, 0, 1, 0), (2, 0, 1, 1, 1)]


def test_an_empty_snapshot_marks_nothing(shop: Shop) -> None:
    shop.load("1,ann")
    path = shop.folder / "empty.csv"
    path.write_text("id,name\n")
    shop.engine.finish(shop.engine.register(path))
    assert shop.rows() == [(1, "ann", None)]


def test_the_same_snapshot_again_changes_nothing(shop: Shop) -> None:
    shop.load("1,ann", "2,bob")
    shop.load("1,ann")
    before = shop.rows()
    shop.engine.finish(shop.engine.register(shop.folder / "1.csv"))
    assert shop.rows() == before


def test_a_table_that_has_rows_gets_the_column_and_marks_from_then_on(engine: InProcess, tmp_path: Path) -> None:
    plain = Table("names", key=("id",), on_conflict="update", columns=COLUMNS)
    engine.use(Pipeline("names", Files("*.csv", snapshot=True), plain))
    shop = Shop(engine, tmp_path)
    shop.load("1,ann", "2,bob")
    engine.use(PIPELINE)
    second = shop.load("2,bob")
    assert shop.rows() == [(1, "ann", second.id), (2, "bob", None)]
