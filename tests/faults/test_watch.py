"""`sluice watch` is killed while it registers files: each of them is loaded once."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.kit.slow_writers import rows_of, text_of
from tests.kit.stack import Stack, until
from tests.kit.watching import Watching

FILES = 40


@pytest.fixture
def watching(stack: Stack) -> Iterator[Watching]:
    started = Watching(stack, ", ready=Renamed()")
    yield started
    started.close()


def put(watching: Watching, numbers: range) -> None:
    for number in numbers:
        part = watching.folder / f"{number}.csv.part"
        part.write_text(text_of(number))
        part.rename(part.with_suffix(""))


def assert_each_is_loaded_once(watching: Watching, files: int) -> None:
    until(lambda: len([each for each in watching.files() if each[2] == ["done"]]) == files, 120, "all files")
    assert {count for _, count, _ in watching.files()} == {1}
    assert watching.rows() == [row for number in range(files) for row in rows_of(number)]


@pytest.mark.parametrize("place", ["watch.before_commit", "watch.registered"])
def test_killed_while_it_registers(watching: Watching, place: str) -> None:
    watching.stack.worker(1)
    put(watching, range(FILES))
    killed = watching.watch(SLUICE_FAILPOINT=f"{place}:1:kill")
    assert killed.process.wait(60) == -signal.SIGKILL
    put(watching, range(FILES, FILES + 3))
    watching.watch().wait_for("taken", "inputs")
    assert_each_is_loaded_once(watching, FILES + 3)


def test_of_two_watchers_the_second_goes_on_when_the_first_is_killed(watching: Watching) -> None:
    watching.stack.worker(1)
    put(watching, range(3))
    first = watching.watch("drops")
    first.wait_for("taken", "drops")
    second = watching.watch("drops")
    second.wait_for("problem", "this one waits")
    first.process.kill_group()
    put(watching, range(3, 6))
    second.wait_for("taken", "drops")
    assert_each_is_loaded_once(watching, 6)


@pytest.mark.slow
def test_killed_again_and_again_while_files_come(watching: Watching) -> None:
    watching.stack.worker(2)
    for round_ in range(10):
        watch = watching.watch()
        put(watching, range(round_ * FILES, (round_ + 1) * FILES))
        if round_ % 2:
            watch.wait_for("taken", "drops")
        watch.process.kill_group()
    watching.watch()
    assert_each_is_loaded_once(watching, 10 * FILES)
