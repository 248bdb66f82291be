"""Lists within records, loaded into a table of their own: which rows there are, and what the books say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sluice import Children, Column, Date, Files, Integer, Pipeline, Table, Text
from sluice.testing import Loaded, sandbox

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
