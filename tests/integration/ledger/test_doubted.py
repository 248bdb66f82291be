"""Inputs that have crashed: who may claim their steps, and in which order they are published."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sluice.engine.database.connection import transaction
from sluice.engine.ledger import steps
from sluice.engine.ledger.workers import register_worker
from sluice.engine.steps.dispatch import Queues, dispatch
from sluice.errors import LostClaim
from tests.kit.in_process import InProcess
from tests.kit.letters import LETTERS

FULL = Queues("one", ())


@pytest.fixture
def files(engine: InProcess, tmp_path: Path) -> Callable[[int], list[int]]:
    """So many files of one part each, planned; the steps of their parts in order."""
    engine.use(LETTERS)

    def make(number: int) -> list[int]:
        paths = [tmp_path / f"letters_{n:02}.csv" for n in range(number)]
        for n, path in enumerate(paths):
            path.write_text(f"id,value\n{n},a\n")
        run = engine.register(*paths)
        engine.plan(run)
        return engine.steps(run, "extract")

    return make


def crashed(engine: InProcess, *which: int, times: int = 1) -> None:
    engine.sql("update sluice.step set crashes = %s where id = any(%s) returning id", times, list(which))


def crew(processes: int) -> None:
    with transaction() as cursor:
        register_worker(cursor, processes)


def claimed(which: list[int]) -> list[int]:
    """Those of the steps that can be claimed one after the other, and none is let go."""
    taken = []
    for step in which:
        try:
            steps.claim("extract", {"step": step})
        except LostClaim:
            continue
        taken.append(step)
    return taken


def published(queues: Queues = FULL) -> list[int]:
    sent: list[int] = []
    dispatch(lambda steps, _: sent.extend(steps), lambda: queues)
    return sent


@pytest.mark.parametrize(("processes", "most"), [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (8, 4), (9, 4)])
def test_at_most_half_of_the_processes_claim_steps_of_inputs_that_crashed(
    engine: InProcess, files: Callable[[int], list[int]], processes: int, most: int
) -> None:
    bad = files(10)
    crew(processes)
    crashed(engine, *bad)
    assert claimed(bad) == bad[:most]
    engine.sql("update sluice.step set state = 'due', due_at = now() where id = %s returning id", bad[0])
    assert claimed(bad[most:]) == [bad[most]]


def test_without_a_worker_that_has_shown_itself_one_may(engine: InProcess, files: Callable[[int], list[int]]) -> None:
    bad = files(3)
    crashed(engine, *bad)
    assert claimed(bad) == bad[:1]


def test_good_steps_are_claimed_whatever_the_others_do(engine: InProcess, files: Callable[[int], list[int]]) -> None:
    first, second, *good = files(6)
    crew(2)
    crashed(engine, first, second)
    assert claimed([first, second, *good]) == [first, *good]


def test_a_step_that_was_not_claimed_for_others_of_its_kind_is_published_as_soon_as_there_is_room(
    engine: InProcess, files: Callable[[int], list[int]]
) -> None:
    first, second = files(2)
    crew(2)
    crashed(engine, first, second)
    assert published() == [first]
    assert claimed([second, first]) == [second]
    assert published() == []
    engine.sql("update sluice.step set state = 'done' where id = %s returning id", second)
    assert published() == [first]


@pytest.mark.parametrize(("processes", "late"), [(1, []), (2, [0]), (4, [0, 1]), (6, [0, 1, 2]), (40, [0, 1, 2])])
def test_inputs_that_crashed_are_published_last_and_for_half_of_the_processes(
    engine: InProcess, files: Callable[[int], list[int]], processes: int, late: list[int]
) -> None:
    every = files(6)
    crew(processes)
    crashed(engine, *every[:3])
    assert published() == [*every[3:], *(every[n] for n in late)]
    assert published() == []


def test_a_single_process_gets_them_when_nothing_else_is_due_or_on_its_way(
    engine: InProcess, files: Callable[[int], list[int]]
) -> None:
    bad, good = files(2)
    crew(1)
    crashed(engine, bad)
    assert [published(), published()] == [[good], []]
    assert claimed([good]) == [good]
    assert published() == []
    engine.sql("update sluice.step set state = 'done' where id = %s returning id", good)
    assert published() == [bad]


def test_a_second_retry_comes_behind_the_first_ones(engine: InProcess, files: Callable[[int], list[int]]) -> None:
    twice, once, again = files(3)
    crew(6)
    crashed(engine, twice, times=2)
    crashed(engine, once, again)
    assert published() == [once, again, twice]


def test_other_parts_of_an_input_that_crashed_are_as_doubtful_until_its_step_went_well(
    engine: InProcess, files: Callable[[int], list[int]]
) -> None:
    every = files(4)
    crew(2)
    engine.sql("update sluice.step set input_id = (select input_id from sluice.step where id = %s)"
               " where id = any(%s) returning id", every[0], every[:3])  # fmt: skip
    crashed(engine, every[2])
    assert published() == [every[3], every[0]]
    engine.sql("update sluice.step set state = 'done' where id = %s returning id", every[2])
    assert published() == [every[1]]


def test_another_marker_makes_all_that_is_on_its_way_due_at_once(
    engine: InProcess, files: Callable[[int], list[int]]
) -> None:
    every = files(3)
    assert published() == every
    engine.sql("update sluice.step set publications = 6, published_until = now() + interval '320 s' returning id")
    engine.sql("update sluice.queue set noticed_at = now() - interval '4 s' returning marker")
    assert published() == []
    assert published(Queues("two", ())) == every
    assert engine.sql("select distinct publications from sluice.step where state = 'due'") == [(1,)]
    assert published(Queues("three", ())) == []  # noticed a moment ago: two Redis in turn must not fill each other


@pytest.mark.parametrize("publications", [1, 2, 4, 6, 9])
def test_a_message_that_is_overdue_and_in_no_queue_is_published_again(
    engine: InProcess, files: Callable[[int], list[int]], publications: int
) -> None:
    (step,) = files(1)
    assert published() == [step]
    pause = 10 * 2 ** min(publications - 1, 5)
    engine.sql("update sluice.step set publications = %s, published_until = now() + %s * interval '1 s' where id = %s"
               " returning id", publications, pause - 9, step)  # fmt: skip
    assert published(Queues("one", ("extract",))) == []
    engine.sql("update sluice.step set published_until = published_until - interval '2 s' where id = %s"
               " and publications > 1 returning id", step)  # fmt: skip
    assert published(Queues("one", ("load", "plan"))) == []
    assert published(Queues("one", ("extract",))) == ([step] if publications > 1 else [])


def test_what_a_process_held_before_its_step_is_no_crash_of_it_when_it_dies(
    engine: InProcess, files: Callable[[int], list[int]]
) -> None:
    first, second, third = files(3)
    steps.claim("extract", {"step": first})
    steps.claim("extract", {"step": second})
    steps.claim("transform", {"step": second, "fence": 1})
    steps.claim("extract", {"step": third})
    held = "select id from sluice.step where holder is not null and state = 'working'"
    assert engine.sql(held) == [(third,)]
    assert steps.claim("transform", {"step": first, "fence": 1}).step == first
    assert engine.sql(held) == [(first,)]
