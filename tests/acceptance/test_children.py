"""Lists within records, loaded by real workers from the command line: status, rejects, replay, undo and forget."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kit.stack import Stack

PIPELINE = """
from sluice import Children, Column, Date, Files, Integer, Pipeline, Table, Text

ID = Column("order_id", Integer(), required=True)
LINES = Table(
    "order_lines",
    key=("order_id", "position"),
    on_conflict="ON_CONFLICT",
    columns=[
        ID,
        Column("position", Integer(), required=True),
        Column("sku", Text(), required=True),
        Column("qty", Integer()),
    ],
)
ORDERS = Table(
    "orders",
    key=("order_id",),
    on_conflict="ON_CONFLICT",
    columns=[ID, Column("placed", Date("%Y-%m-%d"))],
    children=[Children("lines", LINES)],
)
pipeline = Pipeline("shop", Files("orders*.jsonl", name="orders"), ORDERS)
"""
LINES = "select order_id, position, sku from order_lines order by 1, 2"


def _declare(stack: Stack, on_conflict: str = "keep") -> None:
    folder = stack.home / "pipelines"
    folder.mkdir()
    (folder / "shop.py").write_text(PIPELINE.replace("ON_CONFLICT", on_conflict))
    stack.env["SLUICE_PIPELINES"] = str(folder)
    stack.sluice("migrate")


def _file(folder: Path, name: str, *orders: tuple[int, str, list[str]]) -> Path:
    path = folder / name
    records = [
        {"order_id": number, "placed": placed, "lines": [{"sku": sku, "qty": 1} for sku in skus]}
        for number, placed, skus in orders
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_a_replayed_record_brings_its_list_and_a_replayed_element_its_key(stack: Stack, tmp_path: Path) -> None:
    _declare(stack)
    stack.worker().wait_ready()
    path = _file(tmp_path, "orders.jsonl", (1, "2024-01-02", ["a", ""]), (2, "02.01.2024", ["c"]))
    run = stack.enqueue(path, pipeline="shop")
    status = stack.wait(run)
    assert (status["state"], status["read"], status["loaded"], status["rejected"]) == ("done", 4, 2, 2)
    books = []
    for code, value in (("bad_date", "placed=2024-01-02"), ("missing", "sku=b")):
        answer = stack.sluice("rejects", "replay", str(run), "--code", code, "--set", value)
        replay = stack.wait(int(answer["run"]))
        books.append((replay["read"], replay["loaded"]))
    assert books == [(2, 2), (1, 1)]
    assert stack.sql(LINES) == [(1, 1, "a"), (1, 2, "b"), (2, 1, "c")]


@pytest.mark.parametrize("on_conflict", ["keep", "update"])
def test_an_undo_takes_both_out_and_brings_back_what_was_there(stack: Stack, tmp_path: Path, on_conflict: str) -> None:
    _declare(stack, on_conflict)
    stack.worker().wait_ready()
    stack.wait(stack.enqueue(_file(tmp_path, "orders1.jsonl", (1, "2024-01-02", ["a", "b"])), pipeline="shop"))
    before = stack.sql(LINES)
    more = _file(tmp_path, "orders2.jsonl", (1, "2024-01-03", []), (2, "2024-01-03", ["c"]))
    second = stack.enqueue(more, pipeline="shop")
    stack.wait(second)
    assert stack.sql(LINES) == ([(2, 1, "c")] if on_conflict == "update" else [*before, (2, 1, "c")])
    undone = stack.sluice("undo", str(second))
    stack.wait(int(undone["run"]))
    assert stack.sql(LINES) == before
    assert stack.sql("select order_id, placed::text from orders") == [(1, "2024-01-02")]
    again = stack.enqueue(more, pipeline="shop")
    stack.wait(again)
    assert stack.sql(LINES) == ([(2, 1, "c")] if on_conflict == "update" else [*before, (2, 1, "c")])


def test_one_file_of_a_run_is_undone_with_its_lists(stack: Stack, tmp_path: Path) -> None:
    _declare(stack, "update")
    stack.worker().wait_ready()
    first = _file(tmp_path, "orders1.jsonl", (1, "2024-01-02", ["a", "b"]), (2, "2024-01-02", ["c"]))
    second = _file(tmp_path, "orders2.jsonl", (1, "2024-01-03", ["d"]), (3, "2024-01-02", ["e"]))
    run = stack.enqueue(first, second, pipeline="shop")
    stack.wait(run)
    assert stack.sql(LINES) == [(1, 1, "d"), (2, 1, "c"), (3, 1, "e")]
    refused = stack.sluice("undo", str(run), "--input", f"{second}#order_lines", ok=False)
    assert "goes with these" in str(refused)
    stack.wait(int(stack.sluice("undo", str(run), "--input", str(second))["run"]))
    assert stack.sql(LINES) == [(1, 1, "a"), (1, 2, "b"), (2, 1, "c")]
    assert stack.sql("select order_id, placed::text from orders order by 1") == [(1, "2024-01-02"), (2, "2024-01-02")]


def test_what_is_forgotten_takes_its_lists_with_it(stack: Stack, tmp_path: Path) -> None:
    _declare(stack)
    stack.worker().wait_ready()
    path = _file(tmp_path, "orders.jsonl", (1, "2024-01-02", ["a", "b"]), (2, "2024-01-03", ["c"]))
    stack.wait(stack.enqueue(path, pipeline="shop"))
    stack.sluice("forget", "shop", "--where", "placed=2024-01-03")
    assert stack.sql(LINES) == [(1, 1, "a"), (1, 2, "b")]
    assert stack.sql("select order_id from orders") == [(1,)]


def test_lists_that_are_kept_for_an_undo_go_with_a_forgotten_record(stack: Stack, tmp_path: Path) -> None:
    _declare(stack, "update")
    stack.worker().wait_ready()
    first = _file(tmp_path, "orders1.jsonl", (1, "2024-01-02", ["a"]), (2, "2024-01-03", ["secret"]))
    second = _file(tmp_path, "orders2.jsonl", (1, "2024-01-02", ["b"]), (2, "2024-01-03", ["other"]))
    for path in (first, second):
        stack.wait(stack.enqueue(path, pipeline="shop"))
    kept = "select count(*) from sluice.replaced, unnest(rows) r where r like %s"
    assert stack.sql(kept, "%secret%") == [(1,)]
    stack.sluice("forget", "shop", "--where", "placed=2024-01-03")
    assert stack.sql(kept, "%secret%") == [(0,)]
    assert stack.sql(kept, "%1,1,a%") == [(1,)]
    assert stack.sql(LINES) == [(1, 1, "b")]
