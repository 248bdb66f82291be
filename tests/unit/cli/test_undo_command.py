"""`undo` and `cancel`: what is told, and how the commands end."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from sluice.engine.load.target import Target
from sluice.engine.load.undo import Undoing
from sluice.engine.steps.removal.undo.again import Again
from sluice.engine.steps.removal.undo.cancel import Cancelled
from sluice.engine.steps.removal.undo.found import Found, Group, Obstacle
from sluice.tasks.removal import cancel as cancels
from sluice.tasks.removal import undo as undoes
from sluice.tasks.removal.undo import Undone

Sluice = Callable[..., Any]
GROUP = Group("prices", Target("prices", ("id",), ("id",), True), Undoing([4], [7]), 4, 1200, 1100)
AGAIN = Again(5, 8, "prices", "prices", "/inbox/c.csv", "0123", "a stamp")
FOUND = Found(7, "prices", {4: "/inbox/wrong.csv"}, [GROUP], [AGAIN], [], [date(2024, 1, 2)])


@pytest.fixture
def undone(monkeypatch: pytest.MonkeyPatch) -> list[Undone]:
    """What an undo gives."""
    given: list[Undone] = []
    monkeypatch.setattr(undoes, "undo", lambda *_, **__: given[0])
    monkeypatch.setenv("DATABASE_URL", "postgresql://nowhere")
    monkeypatch.setenv("REDIS_URL", "redis://nowhere")
    return given


def test_a_dry_run_says_what_would_go_and_come_back(sluice: Sluice, undone: list[Undone]) -> None:
    undone.append(Undone(FOUND))
    result = sluice("undo", "7", "--dry-run")
    assert result.exit_code == 0
    assert result.stdout == (
        "run 7 of prices would be undone: 1 input\n"
        "1,200 rows would go, 1,100 rows would come back\n"
        "loaded again, because rows of theirs had lost to it: 1 file\n"
        "  /inbox/c.csv (run 8)\n"
        "built again as of: 2024-01-02\n"
    )


def test_what_is_in_the_way_comes_with_what_force_loses(sluice: Sluice, undone: list[Undone]) -> None:
    undone.append(Undone(Found(7, "prices", {}, [GROUP], obstacles=[Obstacle("Run 8 came later.", "its rows stay")])))
    told = sluice("undo", "7", "--dry-run").stdout
    assert told.endswith("in the way: Run 8 came later.\n  with --force: its rows stay\n")
    facts = json.loads(sluice("undo", "7", "--dry-run", "--json").stdout)
    assert (facts["refused"], facts["lost_with_force"]) == (["Run 8 came later."], ["its rows stay"])


def test_a_second_undo_says_by_which_run_it_was_done(sluice: Sluice, undone: list[Undone]) -> None:
    undone.append(Undone(Found(7, "prices", {4: "/inbox/wrong.csv"}, undone_by=9)))
    result = sluice("undo", "7")
    assert (result.exit_code, result.stdout) == (
        0,
        "run 7: /inbox/wrong.csv was undone already, by run 9 (sluice status 9)\n",
    )


def test_an_undo_for_running_workers_gives_the_run(sluice: Sluice, undone: list[Undone]) -> None:
    undone.append(Undone(FOUND, 9, 1200, 1100))
    assert json.loads(sluice("undo", "7", "--json").stdout) == {
        "undone": 7,
        "pipeline": "prices",
        "undone_by": None,
        "files": ["/inbox/wrong.csv"],
        "rows_deleted": 1200,
        "rows_restored": 1100,
        "loaded_again": ["/inbox/c.csv"],
        "dates": ["2024-01-02"],
        "refused": [],
        "lost_with_force": [],
        "changed_since": [],
        "dry_run": False,
        "run": 9,
    }


@pytest.mark.parametrize(
    ("done", "told"),
    [
        (Cancelled(7, 2), "run 7 is cancelled: 2 inputs, of which nothing stays\n"),
        (Cancelled(7, before=True), "run 7 was cancelled already\n"),
    ],
)
def test_a_cancel_says_what_it_has_done(
    sluice: Sluice, monkeypatch: pytest.MonkeyPatch, done: Cancelled, told: str
) -> None:
    monkeypatch.setattr(cancels, "cancel", lambda _run: done)
    result = sluice("cancel", "7")
    assert (result.exit_code, result.stdout) == (0, told)
