"""Messages that come too late, twice, or never, although Redis works: a task longer than the visibility timeout, and a
dispatcher that dies before it publishes what it has marked."""

from __future__ import annotations

import json
import re

import pytest

from tests.faults.checks import assert_a_second_time_changes_nothing, queued
from tests.faults.test_processes import failing
from tests.faults.trial import Trial, count_of
from tests.kit.forked import run_forked
from tests.kit.stack import Stack, Worker, until

VISIBLE_S = 2


# options of `celery worker`: a message is delivered again this soon, and such messages are looked for each second
SHORT_VISIBILITY = [
    "--",
    "broker_transport_options=(dict)"
    + json.dumps({
        "visibility_timeout": VISIBLE_S,
        "queue_order_strategy": "priority",
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
    }),
]  # fmt: skip


def received_again(worker: Worker) -> bool:
    """Whether one message was delivered more than once."""
    found = re.findall(r"Task sluice\.load\[([0-9a-f-]+)\] received", worker.log.read_text())
    return len(found) > len(set(found))


@pytest.mark.slow
def test_a_task_longer_than_the_visibility_timeout_is_delivered_again_and_loads_once(trial: Trial) -> None:
    long = {"SLUICE_TEST_FAILPOINT_SLEEP_S": "15", "SLUICE_LEASE_S": "60"}
    long |= {"SLUICE_PUBLISH_S": "60"}  # the other process may wait for a key of that load, and messages wait for it:
    # else they count as lost, and their steps are claimed anew, by right
    worker = trial.stack.worker(2, SHORT_VISIBILITY, **failing(trial, "load.mid_copy:10:sleep") | long)
    trial.run = trial.stack.enqueue(*trial.sample.paths)
    until(lambda: count_of(trial.stack.home / "failpoints", "load.mid_copy") >= 10, 120, "the long load")
    until(lambda: received_again(worker), 60, "a second delivery")
    trial.struck()
    trial.finish()
    trial.assert_all_is_well(frames=True)
    assert trial.ask("select max(fence) from sluice.step where kind = 'load'") == [(1,)]
    assert trial.count("crashes > 0 or vanished > 0") == 0
    assert worker.process.poll() is None
    assert_a_second_time_changes_nothing(trial.stack, trial.sample)


def marked(stack: Stack) -> list[tuple[int, ...]]:
    return stack.sql("select count(*) from sluice.step where state = 'due' and published_until is not null")


@pytest.mark.slow
def test_a_command_killed_between_marking_steps_and_publishing_them(trial: Trial) -> None:
    words = ["enqueue", "call_logs", *map(str, trial.sample.paths), "--json"]
    env = trial.stack.env | {"SLUICE_FAILPOINT": "dispatch.marked:1:kill"}
    code, _, _ = run_forked("sluice.cli.main", words, env, trial.stack.home, 120)
    assert code == -9
    assert (marked(trial.stack), queued(trial.stack)) == ([(2,)], 0)
    ((trial.run,),) = trial.stack.sql("select id from sluice.run")
    trial.struck()
    trial.worker()
    trial.finish()
    trial.assert_all_is_well()


@pytest.mark.parametrize("nth", [3, 12])
@pytest.mark.variants
def test_a_process_of_a_worker_killed_between_marking_steps_and_publishing_them(trial: Trial, nth: int) -> None:
    env = failing(trial, f"dispatch.marked:{nth}:kill") | {"SLUICE_LEASE_S": "30"}
    trial.worker(**env)  # before there is work: it may be killed as soon as there is
    trial.run = trial.stack.enqueue(*trial.sample.paths)
    until(lambda: count_of(trial.stack.home / "failpoints", "dispatch.marked") >= nth, 120, "the failpoint")
    trial.struck()
    trial.worker()  # in case that it was the main process
    trial.finish()
    trial.assert_all_is_well(unacked=True, frames=True)
