"""How much is published at once follows the workers that are there, and one of them dispatches for all."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice import Column, Files, Integer, Pipeline, Table
from sluice.engine.base.settings import settings
from sluice.engine.doctor.work import look_at_work
from sluice.engine.ledger.workers import take_turn, window_for
from sluice.engine.sources.files.light import LIGHT_BYTES
from sluice.engine.steps.dispatch import Queues, dispatch
from sluice.errors import TransientError
from sluice.workers import background
from tests.kit.in_process import InProcess
from tests.kit.stack import Stack, until

FILES = 90
PIPELINE = Pipeline("many", Files("*"), Table("many", key=("n",), columns=[Column("n", Integer(), required=True)]))


@pytest.fixture
def waiting(engine: InProcess, tmp_path: Path) -> InProcess:
    """A run of 90 files, none of which is published."""
    engine.use(PIPELINE)
    for number in range(FILES):
        (tmp_path / f"{number}.csv").write_text(f"n\n{number}\n")
    engine.register(*sorted(tmp_path.glob("*.csv")))
    engine.sql("update sluice.step set light = false")  # one chain for each of them
    return engine


def worker(engine: InProcess, name: str, processes: int, seen_s: int = 0) -> None:
    engine.sql(
        "insert into sluice.worker (name, processes, seen_at)"
        " values (%s, %s, clock_timestamp() - %s * interval '1 second')", name, processes, seen_s
    )  # fmt: skip


def published() -> int:
    sent: list[int] = []
    dispatch(lambda steps, _: sent.extend(steps), lambda: Queues("one", ()))
    return len(sent)


def window(monkeypatch: pytest.MonkeyPatch, parts: int) -> None:
    monkeypatch.setenv("SLUICE_WINDOW", str(parts))
    settings.cache_clear()


def test_two_chains_for_each_process_of_each_worker_that_is_there(waiting: InProcess) -> None:
    worker(waiting, "a", 20)
    worker(waiting, "b", 10)
    worker(waiting, "gone", 40, seen_s=60)
    assert [published(), published()] == [60, 0]
    worker(waiting, "c", 6)
    assert [published(), published()] == [12, 0]


def test_runs_of_one_small_file_each_fill_the_window(engine: InProcess, tmp_path: Path) -> None:
    engine.use(PIPELINE)
    for number in range(40):
        (tmp_path / f"{number}.csv").write_text(f"n\n{number}\n")
        engine.register(tmp_path / f"{number}.csv")
    assert [published(), published(), published()] == [16, 0, 0]


@pytest.mark.parametrize(("processes", "chains"), [(0, 16), (1, 16), (8, 16), (9, 18), (200, 400), (600, 1000)])
def test_the_window_has_sixteen_at_least_and_ends_at_the_setting(
    processes: int, chains: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    window(monkeypatch, 1000)
    assert window_for(processes) == chains


def test_the_setting_is_the_most(waiting: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    window(monkeypatch, 5)
    worker(waiting, "a", 20)
    assert [published(), published()] == [5, 0]


def test_doctor_names_processes_for_which_the_window_has_no_room(
    waiting: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> tuple[str, str]:
        (one,) = [(each.state, each.found) for each in look_at_work() if each.check == "window"]
        return one

    assert found() == ("ok", "16 parts at once, for 0 processes of workers")
    worker(waiting, "a", 30)
    assert found() == ("ok", "60 parts at once, for 30 processes of workers")
    window(monkeypatch, 16)
    assert found() == ("warning", "30 processes of workers and at most 16 parts at once: 14 are idle")


@pytest.mark.usefixtures("engine")
def test_a_turn_is_given_once_in_its_time_and_then_again() -> None:
    assert [take_turn("a", 60), take_turn("a", 60), take_turn("b", 60)] == [True, False, True]
    assert [take_turn("a", 0), take_turn("a", 0)] == [True, True]


@pytest.mark.usefixtures("engine")
def test_a_turn_that_failed_is_for_the_next_worker_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_DISPATCH_EVERY_S", "60")
    settings.cache_clear()
    with pytest.raises(TransientError), background._turn() as first:
        raise TransientError("Redis does not take messages.")
    with background._turn() as second, pytest.raises(TransientError), background._turn() as third:
        raise TransientError("Redis does not take messages.")
    assert [first, second, third, take_turn("dispatch", 60)] == [True, True, False, False]


@pytest.mark.parametrize(("hours", "turns"), [(0, [False, False]), (1, [True, False]), (-1, [True, False])])
def test_a_turn_that_was_taken_before_the_clock_was_set_does_not_stop_all_workers(
    engine: InProcess, hours: int, turns: list[bool]
) -> None:
    assert take_turn("a", 60)
    engine.sql("update sluice.duty set done_at = done_at + %s * interval '1 hour'", hours)
    assert [take_turn("a", 60), take_turn("a", 60)] == turns


@pytest.mark.parametrize("children", [6, 20])
@pytest.mark.variants
def test_all_children_of_a_worker_are_at_work_without_a_setting(stack: Stack, tmp_path: Path, children: int) -> None:
    files = [tmp_path / f"{number}.csv" for number in range(3 * children)]
    for number, file in enumerate(files):
        file.write_text(f"call_id\n{number}\n" + LIGHT_BYTES * "\n")  # a chain of its own for each
    stack.sluice("migrate")
    worker = stack.worker(children, SLUICE_FAILPOINT="plan.claimed:1:stop", SLUICE_LEASE_S="300").wait_ready()
    stack.enqueue(*files)
    working = "select count(*), count(distinct holder) from sluice.step where state = 'working'"
    until(lambda: stack.sql(working) == [(children, children)], what="a step for each child")
    worker.kill_group()
