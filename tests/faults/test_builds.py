"""Builds of derived tables while processes, servers and messages fail: each table is built once, and is right."""

from __future__ import annotations

import os
import random
import signal
from functools import partial

import pytest

from tests.faults.building import NAPS, Building
from tests.faults.servers import Processes
from tests.faults.test_messages import multiply, send
from tests.faults.test_postgres import behind_a_proxy
from tests.faults.test_processes import LONG, failing, stopped_child
from tests.faults.trial import count_of
from tests.kit.stack import until

NAPPING = "select count(*) from pg_stat_activity where wait_event = 'PgSleep'"


@pytest.fixture
def napping(building: Building) -> Building:
    """A shop whose build takes longer than any test waits, until the table `nap` says otherwise."""
    building.stack.env |= building.use(NAPS)
    building.stack.sql("create table public.nap as select 500.0::float8 as seconds")
    return building


@pytest.mark.parametrize("point", ["build.claimed", "build.built", "build.before_commit", "settle.before_commit"])
@pytest.mark.variants
def test_a_child_killed_before_commit_costs_one_crash_and_builds_nothing(building: Building, point: str) -> None:
    worker = building.begin(env=failing(building, f"{point}:1:kill") | LONG)
    until(lambda: count_of(building.stack.home / "failpoints", point) >= 1, 120, "the failpoint")
    building.struck()
    building.finish()
    building.assert_all_is_well()
    assert worker.process.poll() is None
    kind = point.partition(".")[0]
    assert building.ask("select crashes, vanished, fence from sluice.step where kind = %s", kind) == [(1, 0, 2)]


def test_the_whole_worker_killed_while_it_builds(building: Building) -> None:
    worker = building.begin(env=failing(building, "build.built:1:stop"))
    stopped_child(worker)
    worker.kill_group()
    building.struck()
    building.worker()
    building.finish()
    building.assert_all_is_well(unacked=True)
    assert building.count("crashes > 0") == 0


@pytest.mark.parametrize("point", ["build.built", "build.before_commit"])
@pytest.mark.variants
def test_a_zombie_that_wakes_up_after_its_lease_builds_nothing(building: Building, point: str) -> None:
    zombie = building.begin(1, failing(building, f"{point}:1:stop"))
    child = stopped_child(zombie)
    os.killpg(zombie.process.pid, signal.SIGSTOP)
    building.struck()
    building.worker(SLUICE_LEASE_S="30")
    building.finish()
    before = building.build_step()
    os.killpg(zombie.process.pid, signal.SIGCONT)
    os.kill(child, signal.SIGCONT)
    until(lambda: "The connection to PostgreSQL broke" in zombie.log.read_text(), 120, "the zombie's surprise")
    building.assert_all_is_well()
    assert building.build_step() == before
    assert before["fence"] == 2


def test_a_zombie_that_wakes_up_while_another_waits_to_build_builds_nothing(building: Building) -> None:
    zombie = building.begin(1, failing(building, "build.built:1:stop") | {"SLUICE_LEASE_S": "60"})
    child = stopped_child(zombie)
    os.kill(zombie.process.pid, signal.SIGSTOP)
    building.struck()
    building.stack.sql("update sluice.step set lease_until = clock_timestamp() where kind = 'build'")
    building.worker(1, SLUICE_LEASE_S="60")
    waits = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
    until(lambda: building.ask(waits) == [(1,)], 120, "the other build, that waits for the zombie's")
    os.kill(child, signal.SIGCONT)
    os.kill(zombie.process.pid, signal.SIGCONT)
    building.finish()
    building.assert_all_is_well()
    assert "has another holder now" in zombie.log.read_text()
    assert building.build_step()["fence"] == 2


@pytest.mark.parametrize("point", ["build.claimed", "build.built", "build.before_commit"])
@pytest.mark.variants
def test_postgresql_restarted_at_once_while_a_build_is_under_way(
    building: Building, processes: Processes, point: str
) -> None:
    worker = building.begin(env=failing(building, f"{point}:1:stop"))
    child = stopped_child(worker)
    building.struck()
    processes.restart_database()
    os.kill(child, signal.SIGCONT)
    building.finish()
    building.assert_all_is_well()
    assert worker.process.poll() is None
    assert building.count("crashes > 0") == 0


@pytest.mark.parametrize("before", [True, False], ids=["before it arrives", "after it arrived"])
@pytest.mark.variants
def test_the_connection_cut_when_a_build_commits(building: Building, before: bool) -> None:
    with behind_a_proxy(building) as (proxy, through):
        quiet = {"SLUICE_DISPATCH_EVERY_S": "60", "SLUICE_LEASE_S": "60"}  # no COMMIT but that of the build
        cut = building.begin(1, failing(building, "build.before_commit:1:stop") | through | quiet)
        child = stopped_child(cut)
        proxy.cut_when(b"COMMIT", before=before)
        building.struck()
        os.kill(child, signal.SIGCONT)
        assert proxy.was_cut.wait(120)
        building.worker(1)
        building.finish()
        building.assert_all_is_well()
        assert building.build_step()["fence"] == (2 if before else 1)
        assert building.count("crashes > 0 or vanished > 0") == 0


def test_flushall_between_settling_and_building(building: Building) -> None:
    worker = building.stop_between_settling_and_building()
    building.stack.redis().flushall()
    building.struck()
    os.kill(worker.process.pid, signal.SIGCONT)
    building.finish()
    building.assert_all_is_well()


def test_a_run_killed_between_settling_and_building_goes_on_by_itself(building: Building) -> None:
    building.stop_between_settling_and_building().kill_group()
    building.stack.redis().flushall()
    building.struck()
    building.worker()
    building.finish()
    building.assert_all_is_well()


@pytest.mark.slow
def test_every_message_ten_times_and_old_ones_to_build_again(building: Building) -> None:
    chance = random.Random(7)
    worker = building.begin(1, {"SLUICE_FAILPOINT": "settle.before_commit:1:stop", "SLUICE_LEASE_S": "30"})
    building.half_way(3)
    os.kill(worker.process.pid, signal.SIGSTOP)
    multiply(building.stack, 10, chance)
    os.kill(worker.process.pid, signal.SIGCONT)
    child = stopped_child(worker)
    os.kill(worker.process.pid, signal.SIGSTOP)
    os.kill(child, signal.SIGCONT)
    until(lambda: building.stack.redis().llen("sluice.build") == 1, 120, "the message to build")
    assert multiply(building.stack, 10, chance) >= 1
    os.kill(worker.process.pid, signal.SIGCONT)
    building.worker(SLUICE_LEASE_S="30")
    building.finish()
    step = building.build_step()
    for fence in ({}, {"fence": 1}, {"fence": 2}):
        for kind in ("build", "settle"):
            send(building.stack, kind, [{"step": step["id"]} | fence])
    building.assert_all_is_well()
    assert building.build_step() == step
    assert (step["fence"], step["crashes"], step["vanished"]) == (1, 0, 0)


@pytest.mark.slow
def test_a_build_longer_than_its_lease_is_kept_alive(napping: Building) -> None:
    napping.stack.sql("update nap set seconds = 20")
    napping.begin(env={"SLUICE_LEASE_S": "8"})
    napping.finish()
    napping.assert_all_is_well()
    step = napping.build_step()
    assert (step["fence"], step["crashes"], step["vanished"]) == (1, 0, 0)


@pytest.mark.slow
def test_the_statement_of_a_killed_build_does_not_hold_up_the_next_one(napping: Building) -> None:
    worker = napping.begin(1)
    until(lambda: napping.ask(NAPPING) == [(1,)], 120, "the long statement")
    napping.stack.sql("update nap set seconds = 0")
    (child,) = worker.children()
    os.kill(child, signal.SIGKILL)
    napping.struck()
    napping.finish(240)
    napping.assert_all_is_well()
    assert worker.process.poll() is None


def is_given_back(building: Building, fence: int) -> bool:
    """Whether that claim of the build is over; the next one may be there already."""
    step = building.build_step()
    return bool(step["state"] == "due" or step["fence"] > fence)


@pytest.mark.slow
def test_a_build_that_somebody_cancels_and_whose_backend_is_ended_is_done_again(napping: Building) -> None:
    napping.begin(1)
    for fence, end in enumerate(("pg_cancel_backend", "pg_terminate_backend"), 1):
        until(lambda: napping.ask(NAPPING) == [(1,)], 120, "the long statement")
        assert napping.build_step()["fence"] == fence
        napping.ask(f"select {end}(pid) from pg_stat_activity where wait_event = 'PgSleep'")
        until(partial(is_given_back, napping, fence), 120, "a build that is given back")
    napping.stack.sql("update nap set seconds = 0")
    napping.struck()
    napping.finish()
    napping.assert_all_is_well()
    assert napping.count("crashes > 0 or vanished > 0") == 0
