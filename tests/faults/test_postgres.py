"""PostgreSQL: restarted, away, cut off at COMMIT, out of connections, throwing everybody out."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg2
import pytest

from tests.faults.servers import Processes
from tests.faults.test_processes import failing, stopped_child
from tests.faults.trial import Trial, reports
from tests.kit.budget import LONG
from tests.kit.stack import Worker
from tests.kit.tcp_proxy import TcpProxy

AWAY_S = 60 if LONG else 15


@contextmanager
def behind_a_proxy(trial: Trial) -> Iterator[tuple[TcpProxy, dict[str, str]]]:
    """A proxy before PostgreSQL, and the environment of a worker that goes through it."""
    with TcpProxy.before(trial.stack.database_url) as proxy:
        yield proxy, {"DATABASE_URL": proxy.through(trial.stack.database_url)}


@pytest.mark.parametrize("point", ["extract.claimed", "load.mid_copy", "load.before_commit"])
@pytest.mark.variants
def test_postgresql_restarted_at_once_while_a_step_is_under_way(trial: Trial, processes: Processes, point: str) -> None:
    worker = trial.begin(env=failing(trial, f"{point}:15:stop"))
    child = stopped_child(worker)
    trial.struck()
    processes.restart_database()
    os.kill(child, signal.SIGCONT)
    trial.finish()
    trial.assert_all_is_well(frames=True)
    assert worker.process.poll() is None
    assert trial.count("crashes > 0") == 0


@pytest.mark.slow
def test_postgresql_restarted_three_times_half_way(trial: Trial, processes: Processes) -> None:
    worker = trial.begin()
    trial.half_way(10)
    trial.struck()
    for _ in range(3):
        processes.restart_database()
    trial.finish()
    trial.assert_all_is_well(frames=True)
    assert worker.process.poll() is None
    assert trial.count("crashes > 0") == 0


@pytest.mark.parametrize("before", [True, False], ids=["before it arrives", "after it arrived"])
def test_the_connection_cut_at_commit(trial: Trial, before: bool) -> None:
    with behind_a_proxy(trial) as (proxy, through):
        quiet = {"SLUICE_DISPATCH_EVERY_S": "60", "SLUICE_LEASE_S": "60"}  # no COMMIT but that of the load
        cut = trial.begin(1, failing(trial, "load.before_commit:10:stop") | through | quiet)
        child = stopped_child(cut)
        (step,) = trial.ask("select id from sluice.step where kind = 'load' and state = 'working'")
        proxy.cut_when(b"COMMIT", before=before)
        trial.struck()
        os.kill(child, signal.SIGCONT)
        assert proxy.was_cut.wait(120)
        trial.worker(1)
        trial.finish()
        trial.assert_all_is_well(frames=True)
        fence = trial.ask("select fence from sluice.step where id = %s", *step)
        assert fence == [(2,)] if before else [(1,)]
        assert trial.count("crashes > 0 or vanished > 0") == 0


@pytest.mark.slow
def test_postgresql_away_for_a_while_burns_no_attempt_and_fills_no_log(trial: Trial) -> None:
    with behind_a_proxy(trial) as (proxy, through):
        # it ends while PostgreSQL is away; a busy machine needs some seconds for the first heartbeat afterwards
        worker = trial.begin(env=through | {"SLUICE_LEASE_S": "12"})
        trial.half_way()
        lines = len(worker.log.read_text().splitlines())
        proxy.refuse(True)
        proxy.cut()
        gone = time.monotonic()
        while time.monotonic() - gone < AWAY_S:
            assert worker.process.poll() is None
            time.sleep(0.5)
        said = reports(worker, lines)
        proxy.refuse(False)
        trial.struck()
        trial.finish()
        trial.assert_all_is_well(frames=True)
        assert trial.count("crashes > 0 or vanished > 0") == 0
        assert len(said) < 50, "\n".join(said)


@pytest.mark.slow
def test_postgresql_black_holed_for_a_while(trial: Trial) -> None:
    with behind_a_proxy(trial) as (proxy, through):
        holed = trial.begin(1, through)
        trial.half_way(10)
        proxy.blackhole(True)
        trial.struck()
        trial.worker(1)
        trial.finish()
        proxy.blackhole(False)
        proxy.cut()
        trial.assert_all_is_well(frames=True, unacked=True)
        assert holed.process.poll() is None


@pytest.mark.slow
def test_all_backends_thrown_out_again_and_again(trial: Trial) -> None:
    worker = trial.begin()
    trial.half_way(10)
    trial.struck()
    for _ in range(12):
        trial.ask(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        time.sleep(0.3)
    trial.finish()
    trial.assert_all_is_well(frames=True)
    assert worker.process.poll() is None
    assert trial.count("crashes > 0") == 0


@pytest.mark.slow
def test_statements_cancelled_again_and_again(trial: Trial) -> None:
    trial.begin()
    trial.half_way(10)
    trial.struck()
    for _ in range(40):
        trial.ask(
            "select count(pg_cancel_backend(pid)) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        time.sleep(0.05)
    trial.finish()
    trial.assert_all_is_well(frames=True)
    assert trial.count("crashes > 0") == 0


@pytest.mark.slow
def test_no_connection_left_for_three_seconds(trial: Trial) -> None:
    worker = trial.begin()
    trial.half_way()
    taken = []
    with suppress(psycopg2.OperationalError):
        while True:
            taken.append(trial.stack.connect())
    assert taken
    trial.struck()
    trial.ask(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where application_name like 'sluice%%' and datname = current_database()"
    )
    with suppress(psycopg2.OperationalError):
        while True:
            taken.append(trial.stack.connect())
    time.sleep(3)
    for connection in taken:
        connection.close()
    trial.finish()
    trial.assert_all_is_well(frames=True)
    assert worker.process.poll() is None
    assert trial.count("crashes > 0") == 0


@pytest.mark.slow
def test_a_table_locked_by_somebody_else_is_waited_for(trial: Trial) -> None:
    worker: Worker = trial.begin(env={"SLUICE_LEASE_S": "12"})  # a busy machine keeps that
    trial.half_way()
    with trial.stack.connect() as connection, connection.cursor() as cursor:
        cursor.execute("lock table customer_call_logs in access exclusive mode")
        trial.struck()
        time.sleep(15)  # longer than a lease: the heartbeat keeps it
    connection.close()
    trial.finish()
    trial.assert_all_is_well(frames=True)
    assert trial.count("crashes > 0 or vanished > 0") == 0
    assert worker.process.poll() is None
