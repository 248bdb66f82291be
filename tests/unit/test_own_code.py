"""The memory in which a child says what it is at, and the main process's look at it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sluice.engine.base import own_code
from sluice.engine.base.own_code import Watch, limited


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_code, "_memory", None)
    monkeypatch.setattr(own_code, "_own_slot", None)
    own_code.share()
    own_code.take_slot(3)


def seen(watch: Watch, seconds: float) -> list[tuple[int, str]]:
    return [(each.pid, each.what) for each in watch.late(seconds)]


@pytest.mark.usefixtures("shared")
def test_a_section_is_late_when_more_than_its_limit_has_passed_since_it_was_first_seen() -> None:
    watch = Watch()
    with limited(2.0, "The step 'é'"):
        assert [seen(watch, 1.0) for _ in range(4)] == [[], [], [], [(os.getpid(), "The step 'é'")]]
    assert seen(watch, 1.0) == []


@pytest.mark.usefixtures("shared")
def test_each_section_has_its_own_time_and_what_ends_in_time_is_never_late() -> None:
    watch = Watch()
    for _ in range(10):
        with limited(2.0, "short"):
            assert [seen(watch, 1.0) for _ in range(3)] == [[], [], []]


@pytest.mark.usefixtures("shared")
def test_an_error_inside_ends_the_section() -> None:
    with pytest.raises(ValueError, match="theirs"), limited(1.0, "x"):
        raise ValueError("theirs")
    assert seen(Watch(), 100.0) == []


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.usefixtures("shared")
def test_a_child_is_seen_by_its_parent_and_its_place_is_free_again_for_the_next() -> None:
    ready, tell = os.pipe()
    child = os.fork()
    if child == 0:
        own_code.take_slot(7)
        with limited(1.0, "in a child"):
            os.write(tell, b".")
            os._exit(0)
    os.read(ready, 1)
    os.waitpid(child, 0)
    watch = Watch()
    seen(watch, 1.0)
    (late,) = [*watch.late(2.0)]
    assert (late.pid, late.what, late.slot, Watch.is_on(late)) == (child, "in a child", 7, True)
    Watch.forget(late)
    assert (Watch.is_on(late), watch.late(2.0)) == (False, [])


def test_outside_of_a_worker_there_is_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_code, "_memory", None)
    with limited(0.0, "x"):
        assert seen(Watch(), 100.0) == []


@pytest.mark.usefixtures("shared")
def test_a_process_without_a_place_has_no_limit(tmp_path: Path) -> None:
    own_code.take_slot(own_code.NO_SLOT)
    with limited(0.0, "x"):
        assert seen(Watch(), 100.0) == []
