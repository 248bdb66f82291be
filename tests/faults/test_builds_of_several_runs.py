"""Runs of customer_ltv that share files, builds that cannot go well, and workers that declare other tables."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.faults.building import AS_IT_IS, DIVIDES_BY_ZERO, FOR_LONGER, NOTHING_DERIVED, Building
from tests.faults.checks import assert_nothing_is_left
from tests.faults.shop import DERIVED, FILES, assert_books_add_up, assert_built_once, assert_file, assert_tables
from tests.faults.test_processes import LONG, failing, stopped_child
from tests.kit.stack import until

SETTLED = "select settled from sluice.input where run_id = %s and settled is not null"


def fresh(building: Building) -> Path:
    """The late payments without their two lines that are no news: nothing that another run could contest."""
    kept = {"payment_id", *map(str, building.shop.counted["late"].rows)}
    lines = building.shop.late.read_text().splitlines(keepends=True)
    path = building.stack.home / "payment_fresh.csv"
    path.write_text("".join(line for line in lines if line.partition(",")[0] in kept))
    return path


def end_of(building: Building, run: int) -> None:
    ask = "select state from sluice.run where id = %s"
    until(lambda: building.ask(ask, run) == [("done",)], 120, f"the end of run {run}")


@pytest.mark.slow
def test_a_run_that_found_a_file_loaded_by_another_builds_once_that_one_has_settled(building: Building) -> None:
    first = building.begin(1, failing(building, "settle.claimed:1:stop") | {"SLUICE_LEASE_S": "60"})
    child = stopped_child(first)
    second = building.enqueue(building.shop.paths[2], fresh(building))
    building.worker(1)
    waits = "select error from sluice.step where kind = 'build' and run_id = %s"
    said = f"Run {building.run} has yet to settle rows that this build needs."
    until(lambda: building.ask(waits, second) == [(said,)], 120, "the build that waits")
    assert building.ask("select count(*) from sluice.build") == [(0,)]
    assert building.ask(SETTLED, building.run) == []
    os.kill(child, signal.SIGCONT)
    building.struck()
    building.finish()
    end_of(building, second)
    for run in (building.run, second):
        assert_built_once(building.stack, run)
    for books in building.shop.expected["files"]:
        assert_file(building.stack, building.run, books)
    states = "select state, loaded from sluice.input where run_id = %s order by position"
    late = len(building.shop.counted["late"].rows)
    assert building.ask(states, second) == [("already_loaded", 0), ("done", late)]
    assert_books_add_up(building.stack)
    assert_tables(building.stack, building.shop, late=True)
    assert_nothing_is_left(building.stack)


@pytest.mark.slow
def test_two_runs_of_overlapping_files_and_a_worker_killed_between(building: Building) -> None:
    customers, orders, payments = building.shop.paths
    building.run = building.enqueue(customers, payments)
    second = building.enqueue(orders, payments, building.shop.late)
    third = building.enqueue(orders, customers)
    doomed = building.worker(1, **failing(building, "build.built:1:stop"))
    stopped_child(doomed)  # alone until then: another worker might build all three
    building.worker(1)
    doomed.kill_group()
    building.struck()
    building.finish()
    end_of(building, second)
    end_of(building, third)
    for run in (building.run, second, third):
        assert_built_once(building.stack, run)
    taken = "select count(*) from sluice.input where state = 'done'"
    assert building.ask(taken) == [(len(FILES) + 1,)]
    assert_books_add_up(building.stack)
    assert_tables(building.stack, building.shop, late=True)
    assert_nothing_is_left(building.stack, unacked=True)


@pytest.mark.slow
def test_late_payments_settled_after_the_first_build_has_looked_what_there_is_are_counted_once(
    building: Building,
) -> None:
    child = stopped_child(building.begin(1, failing(building, "build.looked:1:stop") | LONG))
    second = building.enqueue(fresh(building))
    building.worker(1)
    until(lambda: building.ask(SETTLED, second), 120, "the late payments, settled")
    os.kill(child, signal.SIGCONT)
    building.struck()
    building.finish()
    end_of(building, second)
    modes = "select run_id, mode from sluice.build where derived = %s order by id"
    assert building.ask(modes, DERIVED[0]) == [(building.run, "full"), (second, "incremental")]
    assert_books_add_up(building.stack)
    assert_tables(building.stack, building.shop, late=True)


@pytest.mark.slow
def test_a_build_whose_sql_fails_is_dead_with_its_reason_and_is_tried_again_when_it_is_mended(
    building: Building,
) -> None:
    building.stack.env |= building.use(DIVIDES_BY_ZERO)
    poisoned = building.begin()
    building.finish()
    (reason,) = building.ask("select error from sluice.run where id = %s", building.run)
    assert reason == ("PostgreSQL refuses (22012): division by zero",)
    assert building.state() == "failed"
    assert building.build_step()["state"] == "dead"
    assert building.ask("select count(*) from customer_ltv") == [(0,)], "half a build"
    assert building.ask("select count(*) from sluice.build") == [(0,)]
    for books in building.shop.expected["files"]:
        assert_file(building.stack, building.run, books)
    poisoned.kill_group()
    building.use(AS_IT_IS)
    building.worker()
    assert building.stack.sluice("retry", str(building.run))["retried"] == 1
    building.struck()
    building.finish()
    building.assert_all_is_well(unacked=True)


@pytest.mark.slow
def test_a_build_that_kills_its_process_is_dead_after_three_times(building: Building) -> None:
    killing = building.begin(1, {"SLUICE_FAILPOINT": "build.built:1:kill"} | LONG)
    building.finish()
    assert killing.process.poll() is None
    assert building.state() == "failed"
    step = building.build_step()
    assert (step["state"], step["crashes"], step["vanished"]) == ("dead", 3, 0)
    assert building.ask("select error from sluice.run") == [("The worker process that worked on it died.",)]
    killing.kill_group()
    building.worker()
    assert building.stack.sluice("retry", str(building.run))["retried"] == 1
    building.finish()
    building.assert_all_is_well(unacked=True)


@pytest.mark.parametrize("other", [FOR_LONGER, NOTHING_DERIVED], ids=["other tables", "no tables"])
@pytest.mark.variants
def test_a_worker_that_declares_other_tables_leaves_them_to_the_right_one(building: Building, other: str) -> None:
    right = building.use(AS_IT_IS, "right")
    building.stack.env |= right
    wrong = building.begin(1, building.use(other, "wrong"))
    until(lambda: building.build_step().get("missing_since"), 120, "a build that finds no worker for it")
    assert building.ask("select count(*) from sluice.build") == [(0,)]
    building.struck()
    building.worker(1)
    building.finish()
    building.assert_all_is_well()
    assert wrong.process.poll() is None
    assert building.count("crashes > 0 or vanished > 0") == 0
