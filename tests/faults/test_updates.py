"""Two processes that update the same keys at once: one is held between its write and its commit."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.kit.stack import Stack

DECLARED = """
from sluice import Column, Files, Integer, Pipeline, Table, Text

pipeline = Pipeline(
    name="prices",
    source=Files("prices/*"),
    table=Table(
        "prices",
        key=("id",),
        on_conflict="update",
        columns=[Column("id", Integer(), required=True), Column("day", Text())],
    ),
)
"""
KEYS = 2_000


@pytest.fixture
def prices(stack: Stack) -> Stack:
    """A stack with a pipeline that updates, and old values of each key loaded."""
    (stack.home / "declared").mkdir()
    (stack.home / "declared" / "prices.py").write_text(DECLARED)
    stack.env["SLUICE_PIPELINES"] = str(stack.home / "declared")
    stack.env["SLUICE_PART_BYTES"] = str(1 << 20)
    stack.sluice("migrate")
    loader = stack.worker(1).wait_ready()
    stack.wait(stack.enqueue(_file(stack.home, "old"), pipeline="prices"))
    loader.kill_group()
    return stack


def _file(folder: Path, day: str) -> Path:
    ids = list(range(KEYS))
    random.Random(day).shuffle(ids)
    path = folder / f"{day}.csv"
    path.write_text("id,day\n" + "".join(f"{number},{day}\n" for number in ids))
    return path


def _books(status: dict[str, object]) -> tuple[object, ...]:
    return tuple(status[name] for name in ("read", "loaded", "updated", "unchanged", "duplicate", "rejected"))


@pytest.mark.parametrize("point", ["load.before_merge", "load.before_commit"])
@pytest.mark.variants
def test_the_later_file_has_every_key_whatever_commits_first(prices: Stack, point: str) -> None:
    """Of two workers with a process each the first one is held, in whichever file it takes."""
    counted = prices.home / "failpoints"
    slow = {
        "SLUICE_FAILPOINT": f"{point}:1:sleep",
        "SLUICE_TEST_FAILPOINT_SLEEP_S": "2",
        "SLUICE_TEST_FAILPOINT_COUNT": str(counted),
    }
    workers = [prices.worker(1, **slow), prices.worker(1)]
    for worker in workers:
        worker.wait_ready()

    status = prices.wait(prices.enqueue(_file(prices.home, "monday"), _file(prices.home, "tuesday"), pipeline="prices"))

    assert prices.sql("select day, count(*) from prices group by day") == [("tuesday", KEYS)]
    assert _books(status) == (2 * KEYS, 0, KEYS, 0, KEYS, 0)
    assert [_books(each) for each in status["inputs"]] == [(KEYS, 0, 0, 0, KEYS, 0), (KEYS, 0, KEYS, 0, 0, 0)]
    assert prices.sql("select count(*) from sluice.contender") == [(0,)]
    assert prices.sql("select count(*) from sluice.replaced where kept_run is null") == [(0,)]


@pytest.mark.slow
@pytest.mark.parametrize("children", [1, 2, 4])
def test_files_in_small_parts_give_the_later_one_and_books_by_keys(prices: Stack, children: int) -> None:
    prices.env["SLUICE_PART_BYTES"] = "2048"
    prices.worker(children).wait_ready()
    run = prices.enqueue(*(_file(prices.home, day) for day in ("monday", "tuesday", "monday_again")), pipeline="prices")
    other = prices.enqueue(_file(prices.home, "wednesday"), pipeline="prices")

    first, second = prices.wait(run), prices.wait(other)

    assert prices.sql("select day, count(*) from prices group by day") == [("wednesday", KEYS)]
    assert _books(first) == (3 * KEYS, 0, KEYS, 0, 2 * KEYS, 0)
    assert _books(second) == (KEYS, 0, KEYS, 0, 0, 0)
