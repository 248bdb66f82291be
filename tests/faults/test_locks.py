"""Real locks: a deadlock between a load and somebody else, and a lock that is not released for long."""

from __future__ import annotations

import pytest

from tests.faults.trial import Trial
from tests.kit.stack import until

WAITS = (
    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    " and application_name like 'sluice%%'"
)
LOADING = "select part_id from sluice.step where kind = 'load' and state = 'working'"
DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"


@pytest.mark.slow
def test_a_deadlock_with_somebody_else_costs_no_attempt(trial: Trial) -> None:
    name = trial.stack.sql("select current_database()")[0][0]
    # the load looks for a deadlock once, this long after it began to wait: the other lock is taken by then
    trial.stack.sql(f"alter database {name} set deadlock_timeout = '6s'")
    worker = trial.begin(1, {"SLUICE_LEASE_S": "60"})  # what waits with it keeps its claim
    trial.half_way()
    other = trial.stack.connect()
    with other, other.cursor() as cursor:
        cursor.execute("set local deadlock_timeout = '10min'")  # the load is the one that is cancelled
        cursor.execute("lock table customer_call_logs in access exclusive mode")
        until(lambda: trial.ask(WAITS) == [(1,)], 120, "a load that waits for the table")
        trial.struck()
        cursor.execute(f"select id from sluice.part where id in ({LOADING}) for update")
        assert len(cursor.fetchall()) == 1
    other.close()
    trial.finish_as_if_nothing_had_been(worker)
    assert "40P01" in worker.log.read_text()
    until(lambda: trial.ask(DEADLOCKS) == [(1,)], 60, "the deadlock in the statistics")


@pytest.mark.slow  # a load waits 30 s for a lock
def test_a_lock_that_outlives_its_timeout_costs_no_attempt(trial: Trial) -> None:
    worker = trial.begin(env={"SLUICE_LEASE_S": "90"})  # parts that wait in the queue meanwhile keep their claims
    trial.half_way()
    other = trial.stack.connect()
    with other, other.cursor() as cursor:
        cursor.execute("lock table customer_call_logs in access exclusive mode")
        until(lambda: trial.count("error like '%%55P03%%'") > 0, 120, "a load that gave up waiting")
        trial.struck()
    other.close()
    trial.finish_as_if_nothing_had_been(worker)
