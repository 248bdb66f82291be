"""A Python function as a source: its worker killed half way, the function hanging, and no connection for a while."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.faults.test_processes import stopped_child
from tests.kit.stack import Stack

ROWS = 20_000
LONG = {"SLUICE_LEASE_S": "30"}  # a child's death is seen by its parent; no lease runs out meanwhile
PIPELINE = """
import pathlib
import time

from sluice import Column, Integer, Pipeline, Rows, Table, Text

CALLS = pathlib.Path(__file__).with_name("calls")


def items(state):
    with CALLS.open("a") as calls:
        calls.write(f"{state.get('since', 0)}\\n")
    if state.get("since", 0) == 0:
        for number in range(1, ROWS + 1):
            yield {"id": number, "name": "x" * 200}
    state["since"] = ROWS
    HOW


columns = [Column("id", Integer(), required=True), Column("name", Text())]
pipeline = Pipeline("shop", Rows(items, name="items", timeout_s=LIMIT), Table("item", ["id"], columns))
"""


def declare(stack: Stack, folder: Path, how: str = "", limit: float = 60) -> Path:
    folder.mkdir()
    text = PIPELINE.replace("ROWS", str(ROWS)).replace("HOW", how).replace("LIMIT", str(limit))
    (folder / "shop.py").write_text(text)
    stack.env |= {"SLUICE_PIPELINES": str(folder), "SLUICE_PART_BYTES": "1048576"}
    return folder / "calls"


def assert_all_is_well(stack: Stack, run: int) -> dict[str, Any]:
    status = stack.wait(run)
    assert (status["state"], status["read"], status["loaded"]) == ("done", ROWS, ROWS)
    assert stack.sql("select count(*), count(distinct id), sum(id) from item") == [
        (ROWS, ROWS, ROWS * (ROWS + 1) // 2)
    ]  # fmt: skip
    assert len([each for each in (stack.home / "landing").iterdir() if each.suffix != ".part"]) == 1
    return status


def test_a_worker_killed_half_way_through_a_function_loads_its_rows_once(stack: Stack, tmp_path: Path) -> None:
    calls = declare(stack, tmp_path / "own_pipelines")
    run = stack.enqueue(pipeline="shop")
    counted = {"SLUICE_FAILPOINT": "plan.fetching:5:stop", "SLUICE_TEST_FAILPOINT_COUNT": str(stack.home / "points")}
    worker = stack.worker(1, **counted, **LONG)
    stopped_child(worker)
    worker.kill_group()
    stack.worker(1)
    assert_all_is_well(stack, run)
    again = stack.wait(stack.enqueue(pipeline="shop"))
    assert (again["read"], again["inputs"][0]["state"]) == (0, "already_loaded")
    assert calls.read_text().split() == ["0", "0", str(ROWS)]


@pytest.mark.slow
def test_a_function_that_never_ends_is_killed_and_said_to_be_so(stack: Stack, tmp_path: Path) -> None:
    declare(stack, tmp_path / "own_pipelines", "time.sleep(3600)", limit=1)
    run = stack.enqueue(pipeline="shop")
    stack.worker(1, **LONG)
    status = stack.wait(run)
    (errors,) = stack.sql("select array_agg(error) from sluice.input")
    assert status["state"] == "failed"
    assert "'items' of items" in errors[0][0]
    assert "waiting for its next record, took longer than 1 s, so its process was ended" in errors[0][0]
    assert "or declare a longer timeout_s" in errors[0][0]
    assert list((stack.home / "landing").glob("[0-9a-f]*")) == []


@pytest.mark.slow
def test_a_function_without_a_connection_is_called_again(stack: Stack, tmp_path: Path) -> None:
    once = "if len(CALLS.read_text().split()) == 1: raise ConnectionResetError"
    calls = declare(stack, tmp_path / "own_pipelines", once)
    run = stack.enqueue(pipeline="shop")
    stack.worker(1, **LONG)
    assert_all_is_well(stack, run)
    assert calls.read_text().split() == ["0", "0"]
    assert stack.sql("select max(crashes), max(vanished) from sluice.step") == [(0, 0)]
