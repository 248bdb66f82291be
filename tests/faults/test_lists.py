"""Lists within records, while workers are killed and Redis is emptied: both tables equal those of a quiet run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kit.stack import Stack, until

PIPELINE = """
from sluice import Children, Column, Files, Integer, Pipeline, Table, Text

ID = Column("order_id", Integer(), required=True)
POSITION = Column("position", Integer(), required=True)
LINES = Table("order_lines", ("order_id", "position"), [ID, POSITION, Column("sku", Text())], on_conflict="update")
ORDERS = Table("orders", ("order_id",), [ID, Column("name", Text())], "update", children=[Children("lines", LINES)])
pipeline = Pipeline("shop", Files("orders*.jsonl", name="orders"), ORDERS)
"""
ORDERS = 3_000


def _files(folder: Path) -> list[Path]:
    """Two files: the second has every third order of the first again, with one line instead of two."""
    first = [{"order_id": n, "name": "a", "lines": [{"sku": f"a{n}"}, {"sku": "b"}]} for n in range(ORDERS)]
    second = [{"order_id": n, "name": "b", "lines": [{"sku": f"c{n}"}]} for n in range(0, ORDERS, 3)]
    paths = []
    for name, orders in (("orders1.jsonl", first), ("orders2.jsonl", second)):
        paths.append(folder / name)
        paths[-1].write_text("".join(json.dumps(order) + "\n" for order in orders))
    return paths


def _assert_right(stack: Stack) -> None:
    assert stack.sql("select count(*), count(*) filter (where name = 'b') from orders") == [(3000, 1000)]
    right = "(order_id % 3 = 0 and position = 1 and sku = 'c' || order_id) or (order_id % 3 > 0 and position <= 2)"
    counts = f"select count(*), count(*) filter (where {right}) from order_lines"
    assert stack.sql(counts) == [(1000 + 2 * 2000, 1000 + 2 * 2000)]


@pytest.mark.variants
@pytest.mark.parametrize(
    "failpoint",
    ["load.after_commit:1:kill", "plan.scanned:3:kill", "load.before_commit:3:kill", "settle.before_commit:1:kill"],
)
def test_a_process_that_is_killed_leaves_both_tables_right(stack: Stack, tmp_path: Path, failpoint: str) -> None:
    folder = stack.home / "pipelines"
    folder.mkdir()
    (folder / "shop.py").write_text(PIPELINE)
    stack.env |= {"SLUICE_PIPELINES": str(folder), "SLUICE_PART_BYTES": "65536"}
    stack.sluice("migrate")
    once = {"SLUICE_FAILPOINT": failpoint, "SLUICE_TEST_FAILPOINT_COUNT": str(stack.home / "failpoints")}
    worker = stack.worker(concurrency=1, **once).wait_ready()
    run = stack.enqueue(*_files(tmp_path), pipeline="shop")
    until(
        lambda: "signal 9" in worker.log.read_text() or "WorkerLost" in worker.log.read_text(), 120, "a killed process"
    )
    stack.redis().flushall()
    stack.worker(concurrency=4).wait_ready()
    status = stack.wait(run)
    assert (status["state"], status["rejected"]) == ("done", 0)
    assert status["read"] == 3000 + 1000 + 6000 + 1000
    _assert_right(stack)
    again = stack.wait(stack.enqueue(*_files(tmp_path), pipeline="shop"))
    assert [each["state"] for each in again["inputs"]] == ["already_loaded", "already_loaded"]
    _assert_right(stack)
