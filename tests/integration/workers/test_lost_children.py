"""A child that died in silence: its worker's main process looks who of its children holds steps and is gone."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sluice.engine.base.identity import holder
from sluice.engine.ledger import steps
from sluice.engine.ledger.steps import claim
from sluice.engine.steps.dispatch import recover
from tests.kit.in_process import InProcess
from tests.kit.letters import LETTERS
from tests.kit.stack import until


@pytest.fixture
def step(engine: InProcess, tmp_path: Path) -> int:
    engine.use(LETTERS)
    path = tmp_path / "letters.csv"
    path.write_text("id,value\n1,a\n")
    run = engine.register(path)
    engine.plan(run)
    (step,) = engine.steps(run, "extract")
    claim("extract", {"step": step})
    return step


def gone() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen(["true"]) as ended:
        pass
    return ended.pid


@contextmanager
def zombie() -> Iterator[int]:
    """The number of a process that has ended, and whose end nobody has asked about."""
    with subprocess.Popen(["true"]) as ended:
        stat = Path(f"/proc/{ended.pid}/stat")
        until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "Z", 120, "its end")
        yield ended.pid


def held_by(engine: InProcess, step: int, who: str | None) -> None:
    engine.sql("update sluice.step set holder = %s where id = %s", who, step)


def outcome(engine: InProcess, step: int) -> list[tuple[object, ...]]:
    return engine.sql("select state, crashes, vanished, error from sluice.step where id = %s", step)


KILLED = [("due", 1, 0, "The worker process that worked on it died.")]
AS_IT_WAS = [("working", 0, 0, None)]


def test_a_child_that_is_gone_has_crashed_and_that_is_counted_once(engine: InProcess, step: int) -> None:
    held_by(engine, step, holder(gone()))
    recover()
    assert outcome(engine, step) == KILLED
    recover()
    assert outcome(engine, step) == KILLED


def test_a_child_whose_end_nobody_has_asked_about_is_gone_as_well(engine: InProcess, step: int) -> None:
    with zombie() as pid:
        held_by(engine, step, holder(pid))
        recover()
    assert outcome(engine, step) == KILLED


def test_a_child_that_lives_is_let_be(engine: InProcess, step: int) -> None:
    recover()
    assert outcome(engine, step) == AS_IT_WAS


def test_a_child_of_another_worker_is_for_that_worker_to_judge(engine: InProcess, step: int) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        started = Path(f"/proc/{other.pid}/stat").read_text().rpartition(")")[2].split()[19]
        held_by(engine, step, f"{holder().split('|')[0]}|{other.pid}.{started}|{gone()}")
        recover()
        other.kill()
    assert outcome(engine, step) == AS_IT_WAS


def test_a_child_that_ends_in_good_order_has_not_crashed_and_the_chain_goes_on(engine: InProcess, step: int) -> None:
    steps.release_process()
    recover()
    assert engine.sql("select state, holder, crashes, vanished from sluice.step where id = %s", step) == [
        ("working", None, 0, 0)
    ]
    assert claim("transform", {"step": step, "fence": 1}).kind == "transform"
