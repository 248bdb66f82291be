"""Loads that say which keys they have: whatever is killed or emptied meanwhile, no row is lost and none is doubled."""

from __future__ import annotations

import pytest

from tests.faults.test_processes import LONG, failing, stopped_child
from tests.faults.trial import Trial, count_of
from tests.kit.stack import until

TOLD = "sluice:frame:keys:*"


def said(trial: Trial) -> bool:
    return any(True for _ in trial.stack.redis(cache=True).scan_iter(TOLD, count=1000, _type="zset"))


@pytest.mark.variants
@pytest.mark.parametrize("point", ["load.told:5", "load.told:1", "load.mid_copy:40"])
def test_a_child_killed_after_it_said_which_keys_it_has(trial: Trial, point: str) -> None:
    name, times = point.split(":")
    trial.begin(env=failing(trial, f"{point}:kill") | LONG)
    until(lambda: count_of(trial.stack.home / "failpoints", name) >= int(times), 120, "the failpoint")
    trial.struck()
    trial.finish()
    trial.assert_all_is_well(frames=True)


@pytest.mark.slow
def test_a_whole_worker_killed_after_it_said_which_keys_it_has(trial: Trial) -> None:
    worker = trial.begin(env=failing(trial, "load.told:5:stop"))
    stopped_child(worker)
    worker.kill_group()
    trial.struck()
    trial.worker()
    trial.finish()
    trial.assert_all_is_well(unacked=True, frames=True)


@pytest.mark.variants
@pytest.mark.parametrize("command", ["flushdb", "flushall"])
def test_the_cache_is_emptied_while_loads_say_which_keys_they_have(trial: Trial, command: str) -> None:
    trial.begin()
    until(lambda: said(trial), 120, "keys that a load has said")
    trial.struck()
    getattr(trial.stack.redis(cache=True), command)()
    trial.finish()
    trial.assert_all_is_well(unacked=True, frames=True)
