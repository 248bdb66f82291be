"""Worker processes that are killed, stopped or told to end, at exact points and at any moment."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.checks import assert_a_second_time_changes_nothing
from tests.faults.sample import make_sample
from tests.faults.trial import Trial, count_of
from tests.kit.stack import Worker, until

LONG = {"SLUICE_LEASE_S": "30"}  # Celery may take 5 s to notice that a child is dead; a lease is longer than that
OFTEN = {"SLUICE_MAX_CRASHES": "50"}  # where chance may kill the process of one step three times


def failing(trial: Trial, points: str) -> dict[str, str]:
    """The environment of a worker with failpoints, counted over all its processes."""
    return {"SLUICE_FAILPOINT": points, "SLUICE_TEST_FAILPOINT_COUNT": str(trial.stack.home / "failpoints")}


def stopped_child(worker: Worker) -> int:
    """The child that a failpoint has stopped, waited for."""

    def stopped() -> int | None:
        for pid in worker.children():
            with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
                if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T":
                    return pid
        return None

    return int(until(stopped, 120, "a child that stopped"))


@pytest.mark.parametrize("point", ["plan.scanned", "extract.claimed", "load.mid_copy", "load.before_commit"])
@pytest.mark.variants
def test_a_child_killed_at_a_point_before_commit_costs_one_crash_and_no_row(trial: Trial, point: str) -> None:
    nth = 1 if point.startswith("plan") else 15
    worker = trial.begin(env=failing(trial, f"{point}:{nth}:kill") | LONG)
    until(lambda: count_of(trial.stack.home / "failpoints", point) >= nth, 120, "the failpoint")
    trial.struck()
    trial.finish()
    trial.assert_all_is_well(frames=True)
    assert worker.process.poll() is None
    assert trial.count("crashes = 1") <= 1  # none is left to be seen where a later task of the chain went well
    assert trial.count("vanished > 0") == 0


@pytest.mark.parametrize("point", ["load.after_commit", "plan.committed", "settle.before_commit"])
@pytest.mark.variants
def test_a_child_killed_around_the_end_of_a_step_loads_nothing_twice(trial: Trial, point: str) -> None:
    nth = 15 if point.startswith("load") else 1
    trial.begin(env=failing(trial, f"{point}:{nth}:kill"))
    until(lambda: count_of(trial.stack.home / "failpoints", point) >= nth, 120, "the failpoint")
    trial.struck()
    trial.finish()
    trial.assert_all_is_well(frames=True)


@pytest.mark.slow
def test_children_killed_at_every_point_in_one_run(trial: Trial) -> None:
    points = ["extract.claimed", "transform.claimed", "load.claimed", "load.mid_copy", "load.before_commit"]
    worker = trial.begin(env=failing(trial, ",".join(f"{p}:{n}:kill" for n, p in enumerate(points, 5))) | OFTEN)
    trial.finish()
    trial.assert_all_is_well(frames=True)
    assert_a_second_time_changes_nothing(trial.stack, trial.sample)
    assert worker.process.poll() is None


@pytest.mark.slow
def test_children_killed_at_random_moments(trial: Trial) -> None:
    seed = random.randrange(1_000_000)
    print("seed", seed)
    chance = random.Random(seed)
    worker = trial.begin(env=OFTEN)
    trial.half_way(10)
    trial.struck()
    for _ in range(4):
        killed = chance.choice(worker.children())
        os.kill(killed, signal.SIGKILL)
        until(lambda: len({*worker.children()} - {killed}) == 2, 120, "a child in its place")  # noqa: B023
        time.sleep(chance.uniform(0.0, 0.2))
    trial.finish()
    trial.assert_all_is_well(frames=True)


@pytest.mark.slow
def test_the_whole_worker_killed_half_way_and_a_new_one_that_goes_on(trial: Trial) -> None:
    worker = trial.begin()
    trial.half_way()
    worker.kill_group()
    trial.struck()
    trial.worker()
    trial.finish()
    trial.assert_all_is_well(unacked=True, frames=True)
    assert trial.count("crashes > 0") == 0
    assert_a_second_time_changes_nothing(trial.stack, trial.sample)


@pytest.mark.slow
def test_two_workers_of_which_one_is_killed_half_way(trial: Trial) -> None:
    doomed = trial.begin(1)
    trial.worker(1)
    trial.half_way(30)
    doomed.kill_group()
    trial.struck()
    trial.finish()
    trial.assert_all_is_well(unacked=True, frames=True)


def test_a_zombie_that_wakes_up_after_its_lease_loads_nothing(trial: Trial) -> None:
    zombie = trial.begin(1, failing(trial, "load.claimed:10:stop"))
    stopped_child(zombie)
    os.killpg(zombie.process.pid, signal.SIGSTOP)
    trial.struck()
    trial.worker()
    trial.finish()
    fences = trial.ask("select id, fence from sluice.step order by id")
    os.killpg(zombie.process.pid, signal.SIGCONT)
    until(lambda: "is loaded, or another worker is loading it" in zombie.log.read_text(), 120, "the zombie's surprise")
    trial.assert_all_is_well(frames=True)
    assert trial.ask("select id, fence from sluice.step order by id") == fences


def test_a_zombie_that_wakes_up_while_another_loads_its_part_loads_nothing(trial: Trial, tmp_path: Path) -> None:
    trial.sample = make_sample(tmp_path / "small", rows=300, files=1)  # one part
    zombie = trial.begin(1, failing(trial, "load.claimed:1:stop"))
    stopped_child(zombie)
    os.killpg(zombie.process.pid, signal.SIGSTOP)
    trial.struck()
    other = trial.worker(1, SLUICE_FAILPOINT="load.mid_copy:1:stop", SLUICE_LEASE_S="30")
    child = stopped_child(other)
    os.killpg(zombie.process.pid, signal.SIGCONT)
    until(lambda: "is loaded, or another worker is loading it" in zombie.log.read_text(), 120, "the zombie's surprise")
    os.kill(child, signal.SIGCONT)
    trial.finish()
    trial.assert_all_is_well(frames=True)


@pytest.mark.slow
def test_a_worker_stopped_inside_its_load_transaction_holds_the_others_up_for_its_lease_only(trial: Trial) -> None:
    sleeper = trial.begin(1, failing(trial, "load.before_commit:10:stop"))
    stopped_child(sleeper)
    trial.struck()
    os.killpg(sleeper.process.pid, signal.SIGSTOP)
    trial.worker()
    trial.finish()
    os.killpg(sleeper.process.pid, signal.SIGCONT)
    trial.assert_all_is_well(frames=True)


@pytest.mark.slow
def test_sigterm_every_two_seconds_costs_no_attempt(trial: Trial) -> None:
    trial.stack.env |= LONG
    worker = trial.begin(1)
    trial.half_way(5)
    trial.struck()
    for _ in range(3):
        told = time.monotonic()
        worker.process.terminate()
        following = trial.worker(1)
        assert worker.process.wait(120) == 0
        while trial.state() == "running" and time.monotonic() < told + 2:
            time.sleep(0.05)
        worker = following
    trial.finish()
    trial.assert_all_is_well(frames=True)
    assert trial.count("crashes > 0") == 0
    assert trial.count("vanished > 0") == 0


@pytest.mark.slow
def test_a_child_that_is_told_to_end_gives_its_step_back_and_nothing_is_counted(trial: Trial) -> None:
    long = LONG | {"SLUICE_TEST_FAILPOINT_SLEEP_S": "60"}
    worker = trial.begin(1, failing(trial, "load.mid_copy:10:sleep") | long)
    until(lambda: count_of(trial.stack.home / "failpoints", "load.mid_copy") >= 10, 120, "the failpoint")
    trial.struck()
    os.kill(worker.children()[0], signal.SIGTERM)
    until(lambda: trial.count("kind = 'load' and state = 'working'") == 0, 30, "the end of the step's claim")
    assert trial.count("crashes > 0 or vanished > 0") == 0
    trial.finish()
    trial.assert_all_is_well(frames=True)
    assert worker.process.poll() is None
