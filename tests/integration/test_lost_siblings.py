"""A message that Celery gives to a second child, because the first died of it before it was known to have it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sluice.engine.identity import holder
from sluice.engine.ledger.steps import claim
from sluice.errors import LostClaim
from tests.integration.test_reject_limit import LETTERS
from tests.kit.in_process import InProcess


@pytest.fixture
def step(engine: InProcess, tmp_path: Path) -> int:
    engine.use(LETTERS)
    path = tmp_path / "letters.csv"
    path.write_text("id,value\n1,a\n")
    run = engine.register(path)
    engine.plan(run)
    (step,) = engine.steps(run, "extract")
    return step


def gone() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen(["true"]) as ended:
        pass
    return ended.pid


def taken_by(engine: InProcess, step: int, who: str, task: str) -> None:
    claim("extract", {"step": step})
    engine.sql("update sluice.step set holder = %s, kind = %s where id = %s", who, task, step)


def crashes(engine: InProcess, step: int) -> list[tuple[object, ...]]:
    return engine.sql("select state, crashes, vanished, error from sluice.step where id = %s", step)


def test_the_second_child_counts_the_crash_of_the_first(engine: InProcess, step: int) -> None:
    taken_by(engine, step, holder(gone()), "extract")
    with pytest.raises(LostClaim):
        claim("extract", {"step": step})
    assert crashes(engine, step) == [("due", 1, 0, "It killed its worker process.")]


def test_a_later_task_of_the_chain_does_so_too(engine: InProcess, step: int) -> None:
    taken_by(engine, step, holder(gone()), "transform")
    with pytest.raises(LostClaim):
        claim("transform", {"step": step, "fence": 1})
    assert crashes(engine, step) == [("due", 1, 0, "It killed its worker process.")]


@pytest.mark.parametrize("task", ["extract", "transform"])
def test_a_holder_that_lives_or_has_gone_on_to_the_next_task_or_is_of_another_worker_is_let_be(
    engine: InProcess, step: int, task: str
) -> None:
    lives = holder()
    elsewhere = holder(gone()).replace("|", "|1", 1)
    at_another_task = {"extract": "transform", "transform": "extract"}[task]
    for who, at in [(lives, task), (elsewhere, task), (holder(gone()), at_another_task)]:
        engine.sql("update sluice.step set state = 'due', kind = 'extract', due_at = now() where id = %s", step)
        taken_by(engine, step, who, at)
        with pytest.raises(LostClaim):
            claim("extract", {"step": step}) if task == "extract" else claim("transform", {"step": step, "fence": 9})
        assert crashes(engine, step) == [("working", 0, 0, None)]
