"""Bulk loads: wherever one is cut off, the table ends with its rows and its key, and the books balance."""

from __future__ import annotations

import os
import signal

import pytest

from tests.faults.test_processes import LONG, failing, stopped_child
from tests.faults.trial import Trial, count_of
from tests.kit.stack import until

POINTS = ["bulk.moved", "bulk.begun", "load.mid_copy", "load.before_commit", "load.after_commit", "bulk.before_commit",
          "bulk.keyed", "settle.before_commit"]  # fmt: skip
UNIQUE = "select count(*)::int from pg_index where indrelid = 'customer_call_logs'::regclass and indisunique"
KEY = """select conname, contype::text from pg_constraint
         where conrelid = 'customer_call_logs'::regclass and contype in ('p', 'u')"""


@pytest.fixture
def empty(trial: Trial) -> Trial:
    """The sample on its way into an empty table, whose index is made at the end."""
    trial.stack.env["SLUICE_BULK_ROWS"] = "1000"
    return trial


def assert_the_key_is_there(trial: Trial) -> None:
    assert trial.ask(KEY) == [("customer_call_logs_pkey", "p")]
    assert trial.ask("select table_name from sluice.bulk") == []


def began(trial: Trial) -> None:
    until(lambda: trial.ask(UNIQUE) == [(0,)], 120, "the table without its index")


@pytest.mark.variants
@pytest.mark.parametrize("point", POINTS)
def test_a_child_killed_in_a_bulk_load_costs_no_row_and_the_key_is_there_again(empty: Trial, point: str) -> None:
    empty.begin(env=failing(empty, f"{point}:1:kill") | LONG)
    until(lambda: count_of(empty.stack.home / "failpoints", point) >= 1, 120, "the failpoint")
    empty.struck()
    empty.finish()
    empty.assert_all_is_well(frames=True)
    assert_the_key_is_there(empty)


@pytest.mark.slow
@pytest.mark.parametrize("point", ["bulk.begun", "bulk.moved"])
def test_a_whole_worker_that_is_killed_in_a_bulk_load_is_replaced(empty: Trial, point: str) -> None:
    worker = empty.begin(env=failing(empty, f"{point}:1:stop"))
    stopped_child(worker)
    worker.kill_group()
    empty.struck()
    empty.worker()
    empty.finish()
    empty.assert_all_is_well(unacked=True, frames=True)
    assert_the_key_is_there(empty)


@pytest.mark.slow
def test_a_child_that_is_stopped_while_it_makes_the_index_changes_nothing_after_others_have(empty: Trial) -> None:
    worker = empty.begin(env=failing(empty, "bulk.before_commit:1:stop") | {"SLUICE_LEASE_S": "3"})
    zombie = stopped_child(worker)
    empty.struck()
    empty.ask("select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction'")
    empty.finish()
    os.kill(zombie, signal.SIGCONT)
    empty.assert_all_is_well(frames=True)
    assert_the_key_is_there(empty)
    assert empty.count("crashes > 0") == 0


@pytest.mark.slow
@pytest.mark.variants
@pytest.mark.parametrize("command", ["flushall", "flushdb"])
def test_redis_that_loses_everything_in_a_bulk_load(empty: Trial, command: str) -> None:
    empty.begin()
    began(empty)
    getattr(empty.stack.redis(), command)()
    empty.struck()
    empty.finish()
    empty.assert_all_is_well(unacked=True, frames=True)
    assert_the_key_is_there(empty)


def test_two_runs_of_one_empty_table_at_once_end_as_one_after_the_other(empty: Trial) -> None:
    empty.begin()
    began(empty)
    second = empty.stack.enqueue(*empty.sample.again.paths)
    empty.finish()
    until(lambda: empty.ask("select state from sluice.run where id = %s", second) == [("done",)], 300, "the second run")
    assert_the_key_is_there(empty)
    ((rows, keys),) = empty.ask(
        "select count(*)::int, count(distinct (customer_id, call_date, call_destination))::int from customer_call_logs"
    )
    assert rows == keys == empty.sample.twice.loaded
    assert empty.ask("select sum(read - loaded - duplicate - rejected)::int, sum(contested)::int from sluice.run") == [
        (0, 0)
    ]


@pytest.mark.slow
def test_a_reader_does_not_stop_a_bulk_load_and_is_not_stopped_for_long(empty: Trial) -> None:
    worker = empty.begin()
    began(empty)
    reader = empty.stack.connect()
    with reader.cursor() as cursor:
        cursor.execute("select count(*) from customer_call_logs")
        made = "select keyed from sluice.bulk"
        until(lambda: empty.ask(made) == [(True,)], 120, "the index, beside a reader")
        until(lambda: empty.count("kind = 'settle' and error like '%%is being read%%'") == 1, 60, "settling waits")
    reader.close()
    empty.finish()
    empty.assert_all_is_well(frames=True)
    empty.assert_nothing_was_counted(worker)
    assert_the_key_is_there(empty)
