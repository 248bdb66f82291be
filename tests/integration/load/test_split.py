"""Files whose records belong to several tables: which rows there are, with which lines, and what the books say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Date, Files, Integer, Pipeline, Record, Split, Table, Text
from sluice.engine.sources.files import kind
from sluice.errors import ConfigError
from sluice.testing import Loaded, sandbox

ID = Column("order_id", Integer(), required=True)
ORDERS = Table("orders", key=("order_id",), columns=[ID, Column("placed", Date("%Y-%m-%d"))])
LINES = Table(
    "order_lines",
    key=("order_id", "number"),
    columns=[ID, Column("number", Integer(), required=True), Column("sku", Text())],
)
BY_FIRST = Split(
    Files("export*.txt", delimiter="|"),
    [
        Record("H", ORDERS, header=("type", "order_id", "placed")),
        Record("D", LINES, header=("type", "order_id", "number", "sku")),
    ],
    ignore=["T"],
)
BY_COLUMN = Split(Files("export*", delimiter=","), [Record("order", ORDERS), Record("line", LINES)], by="kind")


def _books(loaded: Loaded) -> list[tuple[int, ...]]:
    return [tuple(each[name] for name in ("read", "loaded", "rejected")) for each in loaded.status["inputs"]]


def test_records_go_by_their_first_field_into_their_tables_with_the_lines_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "export.txt"
    path.write_text("H|1|2024-01-02\nD|1|1|a\nD|1|2|b\nH|2|2024-01-03\nD|2|x|c\nT|5\n")
    pipeline = Pipeline("shop", splits=[BY_FIRST])
    with sandbox() as box:
        loaded = box.load(pipeline, path)
        assert loaded.state == "done"
        assert _books(loaded) == [(2, 2, 0), (3, 2, 1)]
        assert [(each.line, each.column, each.code) for each in loaded.rejects] == [(5, "number", "not_integer")]
        assert box.sql("select order_id, _line from orders order by 1") == [(1, 1), (2, 4)]
        assert box.sql("select order_id, number, sku, _line from order_lines order by 2") == [
            (1, 1, "a", 2),
            (1, 2, "b", 3),
        ]
        assert "Left out: 1 of 'T'" in loaded.status["inputs"][1]["note"]
        again = box.load(pipeline, path)
        assert [each["state"] for each in again.status["inputs"]] == ["already_loaded", "already_loaded"]


def test_records_go_by_a_column_into_their_tables(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text('kind,order_id,placed,number,sku\norder,1,2024-01-02,,\nline,1,,1,"a, b"\nline,1,,2,c\n')
    with sandbox() as box:
        loaded = box.load(Pipeline("shop", splits=[BY_COLUMN]), path)
        assert _books(loaded) == [(1, 1, 0), (2, 2, 0)]
        assert box.sql("select sku, _line from order_lines order by 2") == [("a, b", 3), ("c", 4)]


def test_records_of_json_lines_go_by_a_key(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    path.write_text(
        '{"kind": "line", "order_id": 1, "number": 1, "sku": "a"}\n'
        '{"kind": "order", "order_id": 1, "placed": "2024-01-02"}\nnot json\n'
    )
    with sandbox() as box:
        loaded = box.load(Pipeline("shop", splits=[BY_COLUMN]), path)
        assert _books(loaded) == [(2, 1, 1), (1, 1, 0)]
        assert [(each.line, each.code) for each in loaded.rejects] == [(3, "not_json")]
        assert box.sql("select order_id, _line from orders") == [(1, 2)]


def test_a_record_of_an_unknown_type_refuses_the_file_and_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "export.txt"
    path.write_text("H|1|2024-01-02\nX|1|1|a\n")
    with sandbox() as box:
        loaded = box.load(Pipeline("shop", splits=[BY_FIRST]), path)
        assert {each["error_code"] for each in loaded.status["inputs"]} == {"unknown_record"}
        assert "Line 2 is a record of the type 'X'" in loaded.status["inputs"][0]["error"]


def test_a_file_without_records_of_a_type_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "export.txt"
    path.write_text("H|1|2024-01-02\n")
    with sandbox() as box:
        loaded = box.load(Pipeline("shop", splits=[BY_FIRST]), path)
        assert loaded.state == "done"
        assert _books(loaded) == [(1, 1, 0), (0, 0, 0)]


def test_many_records_of_another_type_may_come_first(tmp_path: Path) -> None:
    path = tmp_path / "export.txt"
    path.write_text("".join(f"H|{n}|2024-01-02\n" for n in range(100_000)) + "D|1|1|a\nH|100000|2024-01-02\nD|1|2|b\n")
    with sandbox() as box:
        loaded = box.load(Pipeline("shop", splits=[BY_FIRST]), path)
        assert _books(loaded) == [(100_001, 100_001, 0), (2, 2, 0)]
        assert box.sql("select _line from order_lines order by 1") == [(100_001,), (100_003,)]


def test_wrong_declarations_say_what_to_do() -> None:
    with pytest.raises(ConfigError, match="delimiter must be declared"):
        Split(Files("*"), [Record("H", ORDERS, header=("type",))])
    with pytest.raises(ConfigError, match="must have header="):
        Split(Files("*", delimiter="|"), [Record("H", ORDERS)])
    with pytest.raises(ConfigError, match="named twice"):
        Split(Files("*", delimiter="|"), [Record("H", ORDERS)], by="kind", ignore=["H"])


def test_a_file_that_changes_between_its_types_is_not_loaded_half_and_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "export.txt"
    path.write_text("H|1|2024-01-02\nD|1|1|a\n")
    read_one = kind._of_type

    def read_and_change(*words: Any) -> Any:
        result = read_one(*words)
        path.write_text("H|1|2024-01-02\nD|1|1|b\n")
        return result

    monkeypatch.setattr(kind, "_of_type", read_and_change)
    with sandbox() as box:
        loaded = box.load(Pipeline("shop", splits=[BY_FIRST]), path)
        states = [(each["state"], each["error_code"]) for each in loaded.status["inputs"]]
        assert states == [("done", None), ("failed", "file_changed")]
        assert box.sql("select count(*) from order_lines") == [(0,)]
        monkeypatch.setattr(kind, "_of_type", read_one)
        assert box.load(Pipeline("shop", splits=[BY_FIRST]), path).state == "done"
        assert box.sql("select sku from order_lines") == [("b",)]
