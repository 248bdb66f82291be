"""Lists within records, loaded into a table of their own: which rows there are, and what the books say."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sluice import Children, Column, Date, Decimal, Files, HttpApi, Integer, Pipeline, Rows, Table, Text
from sluice.errors import ConfigError
from sluice.testing import Loaded, sandbox
from tests.kit.api_server import running, saying

ID = Column("order_id", Integer(), required=True)


def _shop(on_conflict: Any = "keep") -> Pipeline:
    lines = Table(
        "order_lines",
        key=("order_id", "position"),
        on_conflict=on_conflict,
        columns=[
            ID,
            Column("position", Integer(), required=True),
            Column("sku", Text(), required=True),
            Column("qty", Integer()),
        ],
    )
    orders = Table(
        "orders",
        key=("order_id",),
        on_conflict=on_conflict,
        columns=[ID, Column("placed", Date("%Y-%m-%d"))],
        children=[Children("lines", lines)],
    )
    return Pipeline("shop", Files("orders*.jsonl", name="orders"), orders)


def _file(folder: Path, name: str, *orders: tuple[int, str, object]) -> Path:
    path = folder / name
    records = [{"order_id": number, "placed": placed, "lines": lines} for number, placed, lines in orders]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def _line(sku: str, qty: object = 1) -> dict[str, object]:
    return {"sku": sku, "qty": qty}


def _books(loaded: Loaded) -> list[tuple[int, ...]]:
    names = ("read", "loaded", "updated", "unchanged", "duplicate", "rejected")
    return [tuple(each[name] for name in names) for each in loaded.status["inputs"]]


LINES = "select order_id, position, sku from order_lines order by 1, 2"


def test_elements_are_rows_with_the_key_and_the_position(tmp_path: Path) -> None:
    path = _file(tmp_path, "orders.jsonl", (1, "2024-01-02", [_line("a"), _line("b")]), (2, "2024-01-03", []))
    with sandbox() as box:
        loaded = box.load(_shop(), path)
        assert loaded.state == "done"
        assert _books(loaded) == [(2, 2, 0, 0, 0, 0), (2, 2, 0, 0, 0, 0)]
        assert box.sql(LINES) == [(1, 1, "a"), (1, 2, "b")]
        assert box.sql("select _line from order_lines order by 1") == [(1_000_001,), (1_000_002,)]
        again = box.load(_shop(), path)
        assert [each["state"] for each in again.status["inputs"]] == ["already_loaded"]


def test_a_refused_record_takes_its_list_with_it_and_a_note_says_so(tmp_path: Path) -> None:
    path = _file(tmp_path, "orders.jsonl", (1, "2024-13-02", [_line("a")]), (1, "2024-01-02", [_line("b")]))
    with sandbox() as box:
        loaded = box.load(_shop(), path)
        assert _books(loaded) == [(2, 1, 0, 0, 0, 1), (1, 1, 0, 0, 0, 0)]
        assert box.sql(LINES) == [(1, 1, "b")]
        assert "1 refused record (input 1) are left out" in loaded.status["inputs"][1]["note"]


def test_refused_elements_name_the_line_of_their_record_and_their_place(tmp_path: Path) -> None:
    path = _file(tmp_path, "orders.jsonl", (1, "2024-01-02", [_line("a"), _line("b", "many")]), (2, "2024-01-02", "x"))
    with sandbox() as box:
        loaded = box.load(_shop(), path)
        assert [(each.line, each.column, each.code) for each in loaded.rejects] == [
            (1_000_002, "qty", "not_integer"),
            (2_000_001, "lines", "not_a_list"),
        ]
        assert box.sql(LINES) == [(1, 1, "a")]


def test_with_keep_the_longer_list_of_a_record_that_lost_its_key_is_refused(tmp_path: Path) -> None:
    first = _file(tmp_path, "orders1.jsonl", (1, "2024-01-02", [_line("a")]))
    second = _file(
        tmp_path, "orders2.jsonl", (1, "2024-01-02", [_line("a"), _line("b")]), (2, "2024-01-02", [_line("c")])
    )
    with sandbox() as box:
        box.load(_shop(), first)
        loaded = box.load(_shop(), second)
        assert _books(loaded) == [(2, 1, 0, 0, 1, 0), (3, 1, 0, 0, 1, 1)]
        assert [(each.line, each.code) for each in loaded.rejects] == [(1_000_002, "record_not_loaded")]
        assert box.sql(LINES) == [(1, 1, "a"), (2, 1, "c")]


def test_with_keep_two_records_of_one_key_in_a_file_leave_the_first_list(tmp_path: Path) -> None:
    path = _file(tmp_path, "orders.jsonl", (1, "2024-01-02", [_line("a")]), (1, "2024-01-03", [_line("b"), _line("c")]))
    with sandbox() as box:
        box.load(_shop(), path)
        assert box.sql(LINES) == [(1, 1, "a")]


def test_with_update_a_shorter_list_replaces_the_older_one(tmp_path: Path) -> None:
    with sandbox() as box:
        box.load(
            _shop("update"), _file(tmp_path, "orders1.jsonl", (1, "2024-01-02", [_line("a"), _line("b"), _line("c")]))
        )
        second = box.load(_shop("update"), _file(tmp_path, "orders2.jsonl", (1, "2024-01-02", [_line("b")])))
        assert box.sql(LINES) == [(1, 1, "b")]
        assert second.status["gone"] == 2
        box.load(_shop("update"), _file(tmp_path, "orders3.jsonl", (1, "2024-01-02", [])))
        assert box.sql(LINES) == []


def test_with_update_two_records_of_one_key_in_a_file_leave_the_last_list(tmp_path: Path) -> None:
    path = _file(tmp_path, "orders.jsonl", (1, "2024-01-02", [_line("a"), _line("b")]), (1, "2024-01-03", [_line("c")]))
    with sandbox() as box:
        box.load(_shop("update"), path)
        assert box.sql(LINES) == [(1, 1, "c")]


def test_contents_a_b_a_end_as_a_in_both_tables(tmp_path: Path) -> None:
    with sandbox() as box:
        for number, lines in enumerate(([_line("a"), _line("b")], [_line("c")], [_line("a"), _line("b")])):
            box.load(_shop("update"), _file(tmp_path, f"orders{number}.jsonl", (1, "2024-01-02", lines)))
        assert box.sql(LINES) == [(1, 1, "a"), (1, 2, "b")]


def test_a_reload_replaces_both(tmp_path: Path) -> None:
    path = _file(tmp_path, "orders.jsonl", (1, "2024-01-02", [_line("a"), _line("b")]))
    for on_conflict in ("keep", "update"):
        with sandbox() as box:
            box.load(_shop(on_conflict), path)
            loaded = box.load(_shop(on_conflict), path, reload=True)
            assert _books(loaded)[1][0] == 2
            assert box.sql(LINES) == [(1, 1, "a"), (1, 2, "b")]
            assert box.sql("select count(distinct _input_id), min(_input_id) from order_lines") == [(1, 4)]


RECORDS = [
    {"order_id": 1, "placed": "2024-01-02", "lines": [{"sku": "a", "qty": 1}, {"sku": "b"}]},
    {"order_id": 2, "placed": "2024-01-02"},
]


def test_lists_of_an_api_are_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as server, sandbox() as box:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("SHOP_URL", server.url)
        server.answers("/orders", saying(RECORDS))
        source = HttpApi("/orders", "orders", base="SHOP_URL")
        loaded = box.load(Pipeline("shop", source, _shop("update").flows[0].table))
        assert _books(loaded) == [(2, 2, 0, 0, 0, 0), (2, 2, 0, 0, 0, 0)]
        assert box.sql(LINES) == [(1, 1, "a"), (1, 2, "b")]


def test_lists_of_python_records_are_rows() -> None:
    with sandbox() as box:
        loaded = box.load(Pipeline("shop", Rows(lambda: iter(RECORDS), name="orders"), _shop().flows[0].table))
        assert _books(loaded) == [(2, 2, 0, 0, 0, 0), (2, 2, 0, 0, 0, 0)]
        assert box.sql(LINES) == [(1, 1, "a"), (1, 2, "b")]


def test_lists_of_parquet_and_lists_as_text_of_a_csv_are_rows(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(RECORDS), tmp_path / "orders1.parquet")
    (tmp_path / "orders2.csv").write_text('order_id,placed,lines\n3,2024-01-02,"[{""sku"": ""c""}]"\n4,2024-01-02,\n')
    with sandbox() as box:
        loaded = box.load(_shop(), tmp_path / "orders1.parquet", tmp_path / "orders2.csv")
        assert [each[1] for each in _books(loaded)] == [2, 2, 2, 1]
        assert box.sql(LINES) == [(1, 1, "a"), (1, 2, "b"), (3, 1, "c")]


def test_lists_within_lists_are_rows_of_a_third_table(tmp_path: Path) -> None:
    columns = [
        ID,
        Column("position", Integer(), required=True),
        Column("number", Integer(), required=True),
        Column("value", Decimal(9, 2)),
    ]
    discounts = Table("discounts", key=("order_id", "position", "number"), columns=columns)
    shop = _shop()
    lines = dataclasses.replace(shop.flows[1].table, children=[Children("discounts", discounts, position="number")])
    orders = dataclasses.replace(shop.flows[0].table, children=[Children("lines", lines)])
    records = (1, "2024-01-02", [{"sku": "a", "discounts": [0.10, 1]}, {"sku": "b", "discounts": [2.5]}])
    with sandbox() as box:
        box.load(Pipeline("shop", Files("*"), orders), _file(tmp_path, "orders.jsonl", records))
        assert box.sql("select order_id, position, number, value::text from discounts order by 1, 2, 3") == [
            (1, 1, 1, "0.10"),
            (1, 1, 2, "1.00"),
            (1, 2, 1, "2.50"),
        ]


def test_many_parts_keep_their_lists_and_their_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sandbox() as box:
        monkeypatch.setenv("SLUICE_PART_BYTES", str(1 << 16))
        orders = [(number, "2024-01-02", [_line(f"s{number}"), _line("x" * 40)]) for number in range(1, 3001)]
        loaded = box.load(_shop("update"), _file(tmp_path, "orders.jsonl", *orders))
        assert _books(loaded) == [(3000, 3000, 0, 0, 0, 0), (6000, 6000, 0, 0, 0, 0)]
        assert box.sql("select count(*) from order_lines where position = 1 and sku <> 's' || order_id") == [(0,)]
        assert box.sql("select count(*) from order_lines where _line <> order_id::bigint * 1000000 + position") == [
            (0,)
        ]


def test_wrong_declarations_say_what_to_do() -> None:
    lines = _shop().flows[1].table
    with pytest.raises(ConfigError, match="must have a key that begins with order_id"):
        Table(
            "orders",
            ("order_id",),
            [ID],
            children=[Children("l", Table("lines", ("sku",), [Column("sku", Text(), required=True)]))],
        )
    with pytest.raises(ConfigError, match="need the key of their record"):
        Table("orders", None, [ID], children=[Children("lines", lines)])
    with pytest.raises(ConfigError, match="must have on_conflict='update'"):
        Table("orders", ("order_id",), [ID], on_conflict="update", children=[Children("lines", lines)])
    with pytest.raises(ConfigError, match="must have the type"):
        Table("orders", ("order_id",), [Column("order_id", Text(), required=True)], children=[Children("lines", lines)])
    with pytest.raises(ConfigError, match="a snapshot removes records"):
        Pipeline("shop", Files("*", snapshot=True), _shop("update").flows[0].table)
