"""Rejects of answers and of queries are corrected and loaded again, and the next fetch is not confused by that."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sluice.engine.base.settings import settings
from sluice.engine.ledger.runs import read_status
from sluice.engine.steps.again.replay.chosen import Wanted
from sluice.pipelines import find
from tests.integration.remote.reading import PATH
from tests.kit.api_server import ApiServer, saying
from tests.kit.in_process import InProcess
from tests.kit.refused import replayed
from tests.kit.source_shop import SETTING, Shop

TABLE = """
from sluice import Column, Decimal, Flow, HttpApi, Integer, Pipeline, PostgresQuery, Rows, SqlQuery, Table, Text

def items():
    yield {{"id": 1, "name": "tea", "price": "2.50"}}
    yield {{"id": 2, "name": "salt", "price": "free"}}

source = {source}
pipeline = Pipeline("items", flows=[Flow(source, Table("item", ["id"], on_conflict="{conflict}", columns=[
    Column("id", Integer(), required=True), Column("name", Text()), Column("price", Decimal(12, 2))]))])
"""
RECORDS = [{"id": 1, "name": "tea", "price": "2.50"}, {"id": 2, "name": "salt", "price": "free"}]
WITH_WATERMARK = "PostgreSQL with a watermark"
SOURCES = {
    "an API": f'HttpApi("{PATH}", name="items", base="SHOP_URL", token="SHOP_TOKEN")',
    "PostgreSQL": f'PostgresQuery("select * from item order by id", name="items", database="{SETTING}")',
    WITH_WATERMARK: (
        f'PostgresQuery("select * from item order by id", name="items", database="{SETTING}", watermark="id")'
    ),
    "SQLite": 'SqlQuery("select * from item order by id", name="items", database="OFFICE_URL")',
    "a function": 'Rows(items, name="items")',
}
ROWS = "select id, name, price::text from item order by id"
SALT = Wanted(sets={"price": "0.40"})
Declare = Callable[[str, str], None]


@pytest.fixture
def declare(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Declare:
    """Declares a source, whose second of two records has a price that is none."""

    def chosen(kind: str, conflict: str) -> None:
        if kind == "an API":
            api: ApiServer = request.getfixturevalue("api")
            api.answers(PATH, saying(RECORDS))
        elif kind.startswith("PostgreSQL"):
            shop: Shop = request.getfixturevalue("shop")
            shop.sql("create table item (id bigint, name text, price text)")
            shop.sql("insert into item values (1, 'tea', '2.50'), (2, 'salt', 'free')")
        elif kind == "SQLite":
            monkeypatch.setenv("OFFICE_URL", f"sqlite:///{tmp_path / 'office.db'}")
            with closing(sqlite3.connect(tmp_path / "office.db")) as connection:
                connection.executescript(
                    "create table item (id integer, name text, price text);"
                    "insert into item values (1, 'tea', '2.50'), (2, 'salt', 'free');"
                )
        folder = tmp_path / "declared"
        folder.mkdir()
        (folder / "items.py").write_text(TABLE.format(source=SOURCES[kind], conflict=conflict))
        monkeypatch.setenv("SLUICE_PIPELINES", str(folder))
        settings.cache_clear()
        engine.forget()
        engine.use(find("items"))

    return chosen


def _fetch(engine: InProcess) -> dict[str, Any]:
    return engine.finish(engine.register())


@pytest.mark.parametrize("conflict", ["keep", "update"])
@pytest.mark.parametrize("kind", SOURCES)
def test_a_refused_record_is_corrected_and_loaded(
    engine: InProcess, declare: Declare, kind: str, conflict: str
) -> None:
    declare(kind, conflict)
    first = _fetch(engine)
    assert (first["loaded"], first["rejected"]) == (1, 1)

    status = replayed(engine, first["run"], SALT)

    assert status is not None
    assert (status["state"], status["loaded"], status["rejected"]) == ("done", 1, 0)
    assert engine.sql(ROWS) == [(1, "tea", "2.50"), (2, "salt", "0.40")]
    assert replayed(engine, first["run"], SALT) is None
    assert [(each.state, each.rows) for each in read_status(first["run"]).replays] == [("fixed", 1)]


@pytest.mark.parametrize("kind", [kind for kind in SOURCES if kind != WITH_WATERMARK])
def test_the_same_answer_has_nothing_to_do_after_a_replay(engine: InProcess, declare: Declare, kind: str) -> None:
    declare(kind, "update")
    first = _fetch(engine)
    assert replayed(engine, first["run"], SALT) is not None

    again = _fetch(engine)

    assert engine.sql(ROWS) == [(1, "tea", "2.50"), (2, "salt", "0.40")]
    assert [(each["state"], each["read"]) for each in again["inputs"]] == [("already_loaded", 0)]


def test_behind_a_watermark_the_row_comes_again_until_the_source_is_corrected(
    engine: InProcess, declare: Declare, shop: Shop
) -> None:
    declare(WITH_WATERMARK, "update")
    first = _fetch(engine)
    assert replayed(engine, first["run"], SALT) is not None
    again = _fetch(engine)
    assert (again["loaded"], again["inputs"][0]["read"]) == (0, 1)
    assert engine.sql(ROWS) == [(1, "tea", "2.50"), (2, "salt", "0.40")]
    shop.sql("update item set price = '0.50' where id = 2")
    assert _fetch(engine)["updated"] == 1
    assert engine.sql(ROWS) == [(1, "tea", "2.50"), (2, "salt", "0.50")]
