"""The tests of the protocol bite: without one of its rules each of these scenarios fails, and says why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.protocol.mutations import (
    with_the_claim_inside_the_load,
    without_a_time_to_live,
    without_the_fence,
)
from tests.integration.protocol.played import playing
from tests.integration.protocol.promises import Promises
from tests.integration.protocol.worker import Worker
from tests.integration.protocol.world import World
from tests.kit.dictionary import Kept
from tests.kit.in_process import InProcess

ROWS = (("1", "a"), ("2", "b"), ("3", "a"), ("4", "b"), ("5", "a"), ("6", "b"))
Mutation = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture
def worlds(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], World]]:
    monkeypatch.setenv("SLUICE_MAX_VANISHED", "3")
    with playing(engine, tmp_path, monkeypatch, Kept) as made:
        yield made


def a_zombie_loads_nothing(world: World) -> None:
    """The lease of a process that stands still before its load passes, and another one claims the part."""
    promises, (zombie, other, _) = Promises(world), world.workers
    world.start([world.new_file(ROWS[:3])])
    _until(world, zombie, "load")
    assert zombie.claim is not None
    world.let_lease_pass(zombie.claim.step)
    world.recover()
    world.dispatch()
    world.deliver(world.queue.pop(), other)
    assert other.claim is not None
    assert other.claim.fence == zombie.claim.fence + 1
    before = promises.whole()
    world.go_on(zombie)
    world.go_on(zombie)
    assert promises.whole() == before, "a worker without its claim changed something"
    world.run_to_the_end()
    promises.at_the_end(Kept)


def a_load_that_kills_its_process_is_dead_after_three_times(world: World) -> None:
    """A part that waited for the others of its file, and so is claimed to be loaded with nothing before it."""
    promises, worker = Promises(world), world.workers[0]
    world.start([world.new_file(ROWS)], parked=True)
    _until(world, worker, "load")
    assert worker.claim is not None
    world.poison.add(worker.claim.step)
    world.run_to_the_end(rounds=12)
    promises.at_the_end(Kept)
    assert world.state("select state, vanished from sluice.step where id = any(%s)", list(world.poison)) == [
        ("dead", 3)
    ]
    assert world.state("select state, read, loaded from sluice.run") == [("failed", 3, 3)]


def a_frame_that_nobody_deletes_has_a_time_to_live(world: World) -> None:
    """A process ends when its load has been committed, and before its frame is deleted."""
    promises, worker = Promises(world), world.workers[0]
    world.start([world.new_file(ROWS[:3])])
    _until(world, worker, "load")
    world.go_on(worker)
    world.go_on(worker, "dies after")
    assert worker.outcome == "died"
    world.run_to_the_end()
    assert world.frames() != []
    promises.at_the_end(Kept)


SCENARIOS = [
    (a_zombie_loads_nothing, without_the_fence, "a worker without its claim changed something"),
    (
        a_load_that_kills_its_process_is_dead_after_three_times,
        with_the_claim_inside_the_load,
        "these runs do not end",
    ),
    (a_frame_that_nobody_deletes_has_a_time_to_live, without_a_time_to_live, "frames without a time to live"),
]


@pytest.mark.parametrize(("scenario", "mutation", "says"), SCENARIOS, ids=lambda each: getattr(each, "__name__", ""))
def test_a_scenario_passes_and_fails_without_the_rule_that_it_is_about(
    worlds: Callable[[], World], scenario: Callable[[World], None], mutation: Mutation, says: str
) -> None:
    scenario(worlds())
    with pytest.MonkeyPatch.context() as patch:
        mutation(patch)
        with pytest.raises(AssertionError, match=says):
            scenario(worlds())


def _until(world: World, worker: Worker, kind: str) -> None:
    """One worker does everything up to its claim of a step of that kind."""
    for _ in range(100):
        if worker.claim is not None and worker.claim.kind == kind:
            return
        if not worker.idle:
            world.go_on(worker)
            continue
        if not world.queue:
            world.dispatch()
        world.deliver(world.queue.pop(0), worker)
    raise AssertionError(f"no {kind} is claimed")
