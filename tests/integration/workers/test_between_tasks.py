"""A step between two tasks of its chain: its message waits in a queue, or is lost, and nobody has vanished."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.engine.ledger import steps
from sluice.engine.ledger.runs import read_status
from sluice.engine.ledger.steps import Claim, claim
from sluice.engine.steps import dispatch as dispatching
from sluice.engine.steps.dispatch import Queues, dispatch, recover
from sluice.errors import LostClaim
from sluice.workers.idle import is_idle_after
from tests.kit.in_process import InProcess
from tests.kit.letters import LETTERS
from tests.kit.stack import until

ALL_EMPTY = ("settle", "build", "load", "transform", "plan", "extract")
WORKING = [("working", "extract", 0)]
DUE = [("due", "extract", 0)]


@pytest.fixture
def passed_on(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Claim:
    """A step that was extracted by a process which works on another one now; leases of 30 s, messages of 10 s."""
    monkeypatch.setenv("SLUICE_LEASE_S", "30")
    monkeypatch.setenv("SLUICE_PUBLISH_S", "10")
    monkeypatch.setattr(dispatching, "LOSS_S", 0.0)
    engine.forget()
    engine.use(LETTERS)
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"id,value\n1,{name}\n")
    run = engine.register(tmp_path / "a.csv", tmp_path / "b.csv")
    engine.plan(run)
    first, second = engine.steps(run, "extract")
    look(Queues("one", ()))
    claimed = claim("extract", {"step": first})
    claim("extract", {"step": second})
    return claimed


def look(queues: Queues) -> list[int]:
    """What dispatch publishes, with queues like these."""
    sent: list[int] = []
    recover()
    dispatch(lambda steps, _: sent.extend(steps), lambda: queues)
    return sent


def later(engine: InProcess, seconds: float) -> None:
    engine.sql("update sluice.step set lease_until = lease_until - %s * interval '1 s' where holder is null", seconds)


def state(engine: InProcess, step: Claim) -> list[tuple[object, ...]]:
    return engine.sql("select state, kind, vanished from sluice.step where id = %s", step.step)


def test_a_message_that_waits_for_longer_than_a_lease_is_waited_for(engine: InProcess, passed_on: Claim) -> None:
    later(engine, 310)
    look(Queues("one", ("load", "plan", "extract")))
    assert state(engine, passed_on) == WORKING
    assert claim("transform", passed_on.message).fence == passed_on.fence


def test_one_that_waits_for_ten_times_as_long_is_lost_and_nobody_has_vanished(
    engine: InProcess, passed_on: Claim
) -> None:
    later(engine, 321)
    assert look(Queues("one", ())) == [passed_on.step]
    assert state(engine, passed_on) == DUE
    with pytest.raises(LostClaim):
        claim("transform", passed_on.message)


def test_one_that_is_overdue_while_its_queue_is_empty_is_lost(engine: InProcess, passed_on: Claim) -> None:
    later(engine, 5)  # and what the test itself takes
    look(Queues("one", ALL_EMPTY))
    assert state(engine, passed_on) == WORKING
    later(engine, 6)
    assert look(Queues("one", ALL_EMPTY)) == [passed_on.step]
    assert state(engine, passed_on) == DUE


def test_one_that_was_lost_with_all_queues_is_due_at_once(engine: InProcess, passed_on: Claim) -> None:
    assert look(Queues("two", ())) == [passed_on.step]
    assert state(engine, passed_on) == DUE


def test_a_process_that_ends_leaves_its_step_to_the_message_in_the_queue(engine: InProcess, passed_on: Claim) -> None:
    again = claim("transform", passed_on.message)
    steps.release_process()
    later(engine, 100)
    look(Queues("one", ()))
    assert claim("load", again.message).fence == passed_on.fence


def test_an_idle_process_gives_up_the_step_that_it_passed_on(
    engine: InProcess, passed_on: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = claim("transform", passed_on.message)
    monkeypatch.setenv("SLUICE_LEASE_S", "1")
    engine.forget()
    is_idle_after([again])
    until(
        lambda: engine.sql("select holder from sluice.step where id = %s", again.step) == [(None,)], 120, "it is idle"
    )
    assert claim("load", again.message).fence == passed_on.fence


def test_a_process_that_has_claimed_the_next_task_of_its_step_keeps_it(engine: InProcess, passed_on: Claim) -> None:
    again = claim("transform", passed_on.message)
    claim("load", again.message)
    steps.pass_on(again)
    assert engine.sql("select holder is null from sluice.step where id = %s", again.step) == [(False,)]


def test_a_step_that_no_message_follows_keeps_its_lease_when_its_process_takes_another(
    engine: InProcess, tmp_path: Path, passed_on: Claim
) -> None:
    run = engine.register(tmp_path / "a.csv")
    (plan,) = engine.steps(run, "plan")
    claim("plan", {"step": plan})
    claim("transform", passed_on.message)
    later(engine, 31)
    assert look(Queues("one", ())) == [plan]


def test_nobody_works_on_a_step_between_two_tasks(passed_on: Claim) -> None:
    claim("transform", passed_on.message)
    assert not read_status(passed_on.run).unattended
    steps.release_process()
    assert read_status(passed_on.run).unattended
