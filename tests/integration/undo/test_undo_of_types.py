"""Files with several types of records, or with lists in their records: replayed, and undone again."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from sluice.engine.ledger.runs import read_status
from sluice.engine.steps.again.replay.chosen import Wanted
from sluice.errors import ConfigError
from sluice.tasks.removal.forget import forget
from sluice.tasks.replay import chosen_rejects
from tests.kit.declared import declared

LISTS = """
lines = Table("lines", key=("id", "position"), on_conflict="update", columns=[Column("id", Integer(), required=True),
              Column("position", Integer(), required=True), Column("qty", Integer())])
orders = Table("orders", key=("id",), on_conflict="update", columns=[Column("id", Integer(), required=True),
               Column("placed", Date("%Y-%m-%d"))], children=[Children("lines", lines)])
pipeline = Pipeline("p", Files("*.jsonl"), orders)
"""
TYPES = """
ID = Column("id", Integer(), required=True)
orders = Table("orders", key=("id",), columns=[ID, Column("placed", Date("%Y-%m-%d"))])
lines = Table("lines", key=("id", "number"), columns=[ID, Column("number", Integer(), required=True)])
pipeline = Pipeline("p", splits=[Split(Files("*.txt", delimiter="|"), [
    Record("H", orders, header=("type", "id", "placed")), Record("D", lines, header=("type", "id", "number"))])])
"""
ONE = """
pipeline = Pipeline("p", Files("*"), Table("t", key=("id",), columns=[Column("id", Integer(), required=True)]))
"""
ORDERS = "select id, placed::text from orders order by 1"
LINES = "select * from lines order by 1, 2"


def test_a_replay_of_elements_alone_is_undone(tmp_path: Path) -> None:
    with declared(tmp_path) as shop:
        shop.declare(LISTS)
        record = '{"id": 1, "placed": "2024-01-01", "lines": [{"qty": "many"}, {"qty": 2}]}'
        first = shop.load(shop.file("1.jsonl", record)).status["run"]
        before = shop.box.sql(LINES)
        second = shop.replay(first, qty="9")
        assert shop.box.sql("select position, qty from lines order by 1") == [(1, 9), (2, 2)]
        shop.undo(second["run"])
        assert shop.box.sql(LINES) == before
        shop.undo(first)
        assert (shop.box.sql(LINES), shop.box.sql(ORDERS)) == ([], [])


def test_a_refused_element_is_not_put_into_the_list_of_a_newer_record(tmp_path: Path) -> None:
    with declared(tmp_path) as shop:
        shop.declare(LISTS)
        older = '{"id": 1, "placed": "2024-01-01", "lines": [{"qty": 1}, {"qty": "many"}]}'
        first = shop.load(shop.file("1.jsonl", older)).status["run"]
        shop.load(shop.file("2.jsonl", '{"id": 1, "placed": "2024-01-02", "lines": [{"qty": 5}]}'))
        (chosen,) = chosen_rejects(read_status(first), Wanted(sets={"qty": "9"}))
        assert chosen.rows == []
        assert [*chosen.left_out] == [
            "its record is not in orders any more: it was deleted, or another record has its key"
        ]
        assert shop.box.sql("select position, qty from lines") == [(1, 5)]


def test_rejects_of_a_file_with_forgotten_rows_are_replayed(tmp_path: Path) -> None:
    with declared(tmp_path) as shop:
        shop.declare(LISTS)
        lines = ('{"id": 1, "placed": "2024-01-01"}', '{"id": 2, "placed": "2024-13-01"}')
        first = shop.load(shop.file("1.jsonl", *lines)).status["run"]
        forget("p", [("id", "1")], table="orders")
        shop.replay(first, placed="2024-12-01")
        assert shop.box.sql(ORDERS) == [(2, "2024-12-01")]


def test_a_run_with_lists_is_cancelled_after_each_of_its_steps(tmp_path: Path) -> None:
    with declared(tmp_path) as shop:
        shop.declare(LISTS)
        shop.load(shop.file("1.jsonl", '{"id": 1, "placed": "2024-01-01", "lines": [{"qty": 1}]}'))
        before = (shop.box.sql(ORDERS), shop.box.sql(LINES))
        newer = shop.file("2.jsonl", '{"id": 1, "placed": "2024-01-02", "lines": [{"qty": 5}]}')
        steps = 1
        while shop.cancel_after(steps, newer):
            assert (shop.box.sql(ORDERS), shop.box.sql(LINES)) == before
            steps += 1
        assert steps > 3


def test_a_value_for_a_column_goes_to_the_type_of_records_that_has_it(tmp_path: Path) -> None:
    with declared(tmp_path) as shop:
        shop.declare(TYPES)
        path = shop.file("1.txt", "H|1|2024-01-01", "H|2|2024-13-01", "D|1|1", "D|1|x")
        first = shop.load(path).status["run"]
        assert [each["loaded"] for each in shop.replay(first, number="2")["inputs"]] == [1]
        assert [each["loaded"] for each in shop.replay(first, placed="2024-12-01")["inputs"]] == [1]
        assert shop.box.sql(ORDERS) == [(1, "2024-01-01"), (2, "2024-12-01")]
        assert shop.box.sql("select number from lines order by 1") == [(1,), (2,)]
        with pytest.raises(ConfigError, match="has no column 'nosuch'"):
            shop.replay(first, nosuch="1")


def test_one_member_of_an_archive_is_undone_by_its_name(tmp_path: Path) -> None:
    with declared(tmp_path) as shop:
        shop.declare(ONE)
        with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
            archive.writestr("a.csv", "id\n1\n")
            archive.writestr("b.csv", "id\n2\n")
        shop.undo(shop.load(tmp_path / "both.zip").status["run"], "b.csv")
        assert shop.box.rows("t") == [{"id": 1}]
