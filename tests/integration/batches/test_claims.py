"""The claims of a batch, and the order in which its transactions lock."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import Ignore

from sluice.engine.database.connection import connect
from sluice.engine.database.locks import Lock, lock
from sluice.engine.ledger import steps
from sluice.engine.ledger.batches import claims
from sluice.engine.ledger.batches.claims import claim_batch
from sluice.tasks import batches
from tests.integration.batches.calls import BOOKS, files, planned, ready, register, row, take
from tests.kit.in_process import InProcess
from tests.kit.stack import until

WAITING = """select count(*) from pg_locks l join pg_stat_activity a using (pid)
             where not l.granted and a.datname = current_database()"""


def test_steps_that_others_have_claimed_are_left_out(calls: InProcess, tmp_path: Path) -> None:
    run = planned(calls, tmp_path / "f", row(1), row(2), row(3))
    message = take(calls, run, "extract")
    calls.sql("update sluice.step set fence = fence + 1 where id = %s", message["steps"][1])
    batches.load(batches.transform(message))
    assert [b[5] for b in calls.sql(BOOKS, run.id)] == [1, 0, 1]


def test_a_batch_that_loses_a_claim_while_it_loads_loads_nothing(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned(calls, tmp_path / "f", row(1), row(2))
    message = ready(calls, run)
    read = batches.read_parts

    def and_lose(parts: list[int]) -> Any:
        calls.sql("update sluice.step set fence = fence + 1 where id = %s", message["steps"][0])
        return read(parts)

    monkeypatch.setattr(batches, "read_parts", and_lose)
    with pytest.raises(Ignore):
        batches.load(message)
    assert calls.sql("select count(*) from customer_call_logs") == [(0,)]
    ask = "select light, state, crashes from sluice.step where id = any(%s) order by id"
    assert calls.sql(ask, message["steps"]) == [(True, "working", 0), (False, "due", 0)]


@pytest.mark.parametrize("held", ["content", "input"])
def test_a_plan_that_waits_for_another_one_or_for_a_load_does_not_hold_its_run(
    calls: InProcess, tmp_path: Path, held: str
) -> None:
    """Loads and plans need the run last: what they hold before that, a plan must not want after it."""
    run = register(calls, *files(tmp_path / "f", row(1), "", row(2), row(1)))
    *first, last = calls.steps(run, "plan")
    calls.plan_step(last)
    other = connect("other")
    with other.transaction(other.begin()) as cursor:
        if held == "content":
            lock(cursor, Lock.CONTENT, calls.sql("select sha256 from sluice.input where position = 4")[0][0])
        else:
            cursor.execute("select from sluice.input where position = 4 for update")
        plan = threading.Thread(target=batches.plan, args=({"steps": first},))
        plan.start()
        until(lambda: calls.sql(WAITING) != [(0,)], 20, "a wait")
        cursor.execute("select from sluice.run for update nowait")
    plan.join()
    assert sorted(b[1] for b in calls.sql(BOOKS, run.id)) == ["already_loaded", "failed", "loading", "loading"]


def test_a_process_that_ends_releases_its_steps_in_the_order_in_which_others_claim_them(
    calls: InProcess, tmp_path: Path
) -> None:
    run = planned(calls, tmp_path / "f", row(1), row(2))
    first, second = take(calls, run, "extract")["steps"]
    calls.sql("update sluice.step set code_version = code_version where id = %s", first)  # now after the second
    other = connect("other")
    with other.transaction(other.begin()) as cursor:
        cursor.execute("select from sluice.step where id = %s for update", (first,))
        ends = threading.Thread(target=steps.release_process)
        ends.start()
        until(lambda: calls.sql(WAITING) != [(0,)], 20, "a wait")
        cursor.execute("select from sluice.step where id = %s for update nowait", (second,))
    ends.join()
    assert calls.sql("select holder from sluice.step where state = 'working'") == [(None,)] * 2


def test_a_step_that_is_claimed_alone_counts_its_own_failures(calls: InProcess, tmp_path: Path) -> None:
    run = register(calls, *files(tmp_path / "f", row(1), row(2)))
    one, other = calls.steps(run, "plan")
    alone = steps.claim("plan", {"step": one})
    (together,) = claim_batch("plan", {"steps": [one, other]})
    for claim in (alone, together):
        steps.fail_attempt(claim.step, claim.fence, "It broke.")
    assert calls.sql("select crashes, light, error from sluice.step order by id") == [
        (1, False, "It broke."),
        (0, False, None),
    ]


def test_a_batch_is_claimed_before_other_steps_of_the_process_are_released(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the other order two processes that take over each other's steps wait for each other: a deadlock."""
    run = register(calls, *files(tmp_path / "f", row(1), row(2)))
    asked: list[str] = []
    find = claims.query
    monkeypatch.setattr(claims, "query", lambda name: asked.append(name) or find(name))
    assert len(claim_batch("plan", {"steps": calls.steps(run, "plan")})) == 2
    assert asked == ["claim_batch", "release_others"]
