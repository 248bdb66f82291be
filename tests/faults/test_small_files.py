"""Small files share messages and transactions. What breaks one batch costs no row, and no attempt of any step."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import pytest

from tests.faults.sample import make_sample
from tests.faults.test_messages import multiply, multiply_at
from tests.faults.test_processes import LONG, failing, stopped_child
from tests.faults.trial import Trial, count_of
from tests.kit.stack import until

FILES = 150
BEFORE_COMMIT = ["plan.claimed", "plan.scanned", "extract.claimed", "transform.claimed", "load.claimed",
                 "load.mid_copy", "load.before_commit"]  # fmt: skip
AFTER_COMMIT = ["plan.committed", "load.after_commit"]
PIPELINE = """
import os
from dataclasses import dataclass, replace

import pyarrow.compute as pc

from sluice.engine.declare.tables.checks import Check
from sluice.engine.types.base import Refused
from sluice.pipelines.call_logs import pipeline as call_logs


@dataclass(frozen=True)
class Poison(Check):
    def refuse(self, values):
        if pc.any(pc.equal(values, "Poisonville")).as_py():
            {what}
        return Refused(pc.equal(values, "nowhere").fill_null(False).to_numpy(zero_copy_only=False), "never", "never")


table = call_logs.flows[0].table
columns = [replace(c, check=Poison()) if c.name == "call_destination" else c for c in table.columns]
pipeline = replace(call_logs, name="poisoned", table=replace(table, columns=columns), schedule=None)
"""
POISON = b"1,1.50,Poisonville,2023-05-06 07:08:09,00:01:00\n"


@pytest.fixture
def small(trial: Trial, tmp_path: Path) -> Trial:
    """Calls in 150 files of 20 rows, some of which are bad, or have keys of other files."""
    trial.sample = make_sample(tmp_path / "small", rows=20 * FILES, files=FILES)
    return trial


def tried_alone(trial: Trial) -> int:
    """How many files had a step that was tried alone."""
    return int(trial.ask("select count(distinct input_id) from sluice.step where not light")[0][0])


@pytest.mark.parametrize("point", BEFORE_COMMIT + AFTER_COMMIT)
def test_a_child_killed_in_a_batch_costs_no_row_and_counts_for_no_step(small: Trial, point: str) -> None:
    worker = small.begin(env=failing(small, f"{point}:1:kill") | LONG)
    until(lambda: count_of(small.stack.home / "failpoints", point) >= 1, 120, "the failpoint")
    small.struck()
    small.finish()
    small.assert_all_is_well(frames=True)
    small.assert_nothing_was_counted(worker)
    assert (tried_alone(small) > 0) == (point in BEFORE_COMMIT)


@pytest.mark.slow
def test_processes_that_pass_batches_to_each_other_do_not_deadlock(small: Trial) -> None:
    worker = small.begin(4, LONG)
    small.finish_as_if_nothing_had_been(worker)
    assert small.ask("select deadlocks from pg_stat_database where datname = current_database()") == [(0,)]


@pytest.mark.slow
def test_an_error_in_a_batch_is_tried_by_each_step_alone(small: Trial) -> None:
    worker = small.begin(env=failing(small, "load.mid_copy:1:raise") | LONG)
    small.finish()
    small.assert_all_is_well(frames=True)
    small.assert_nothing_was_counted(worker)
    assert 1 < tried_alone(small) <= 128


@pytest.mark.slow
def test_a_child_that_is_stopped_in_a_batch_loads_nothing_after_others_have(small: Trial) -> None:
    point = "load.before_commit"
    worker = small.begin(env=failing(small, f"{point}:1:stop") | {"SLUICE_LEASE_S": "3"})
    zombie = stopped_child(worker)
    small.struck()
    small.ask("select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction'")
    small.finish()
    os.kill(zombie, signal.SIGCONT)
    small.assert_all_is_well(frames=True)
    assert small.count("crashes > 0") == 0


@pytest.mark.slow
def test_a_whole_worker_that_is_killed_in_batches_is_replaced(small: Trial) -> None:
    worker = small.begin(env=failing(small, "load.mid_copy:2:stop"))
    stopped_child(worker)
    worker.kill_group()
    small.struck()
    small.worker()
    small.finish()
    small.assert_all_is_well(unacked=True, frames=True)
    assert small.count("crashes > 0") == 0


@pytest.mark.parametrize("command", ["flushall", "flushdb"])
def test_redis_that_loses_everything_in_the_middle_of_batches(small: Trial, command: str) -> None:
    small.begin(env=failing(small, "transform.claimed:2:stop") | {"SLUICE_LEASE_S": "4"})
    until(lambda: count_of(small.stack.home / "failpoints", "transform.claimed") >= 2, 120, "the failpoint")
    getattr(small.stack.redis(), command)()
    small.struck()
    small.worker()
    small.finish()
    small.assert_all_is_well(unacked=True, frames=True)


@pytest.mark.slow
def test_every_message_of_batches_ten_times(small: Trial) -> None:
    chance = random.Random(10)
    small.run = small.stack.enqueue(*small.sample.paths)
    assert multiply(small.stack, 10, chance) == 2
    worker = small.worker(**LONG)
    multiply_at(small, worker, (20,), chance)
    small.finish_as_if_nothing_had_been(worker)


@pytest.mark.parametrize("what", ["os.kill(os.getpid(), 9)", "raise ValueError(values)"], ids=["kills", "raises"])
def test_poison_in_a_small_file_takes_no_other_file_with_it(small: Trial, tmp_path: Path, what: str) -> None:
    with small.sample.paths[70].open("ab") as file:
        file.write(POISON)
    folder = tmp_path / "own_pipelines"
    folder.mkdir()
    (folder / "poisoned.py").write_text(PIPELINE.replace("{what}", what))
    small.stack.env |= {"SLUICE_PIPELINES": str(folder)}
    worker = small.worker(**LONG)
    small.run = small.stack.enqueue(*small.sample.paths, pipeline="poisoned")
    small.finish()
    assert worker.process.poll() is None
    failed = small.ask("select position, error_code from sluice.input where state <> 'done'")
    assert failed == [(71, "dead_part")]
    assert small.ask("select crashes, vanished from sluice.step where state = 'dead'") == [(3, 0)]
    assert small.count("crashes > 0 and state <> 'dead'") == 0
    assert 1 < tried_alone(small) <= 128
