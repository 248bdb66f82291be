"""Rejects that were corrected and loaded, and then undone, and runs whose rejects were."""

from __future__ import annotations

import pytest

from sluice.cli.runs.outcome import replays
from sluice.engine.ledger.runs import Run, read_status
from sluice.engine.steps.again.replay.chosen import Wanted
from sluice.errors import ConfigError
from sluice.tasks.removal.cancel import cancel
from sluice.tasks.replay import chosen_rejects, replay
from tests.integration.undo.shop import UndoShop
from tests.kit.refused import registered, replayed

FIXED = Wanted(code="not_integer", sets={"price": "20"})


def _keys(shop: UndoShop) -> list[tuple[object, ...]]:
    return [row[:3] for row in shop.state()["table"]]


def test_an_undone_replay_gives_its_rejects_back(shop: UndoShop) -> None:
    shop.declare("keep")
    run = shop.load(shop.file("a.csv", "1,10,a", "2,x,b"))
    before = shop.state()
    first = replayed(shop.engine, run.id, FIXED)
    assert first is not None
    assert _keys(shop) == [(1, 10, "a"), (2, 20, "b")]
    shop.undo(Run(first["run"]))
    assert shop.state()["table"] == before["table"]
    again = replayed(shop.engine, run.id, FIXED)
    assert again is not None
    assert (again["read"], again["loaded"]) == (1, 1)
    assert _keys(shop) == [(1, 10, "a"), (2, 20, "b")]


def test_a_run_whose_rejects_were_loaded_is_undone_after_their_replay(shop: UndoShop) -> None:
    shop.declare("keep")
    run = shop.load(shop.file("a.csv", "1,10,a", "2,x,b"))
    replay = replayed(shop.engine, run.id, FIXED)
    assert replay is not None
    state = shop.state()
    with pytest.raises(ConfigError, match=rf"Undo that first: sluice undo {replay['run']}\."):
        shop.undo(run)
    assert shop.state() == state
    shop.undo(Run(replay["run"]))
    shop.undo(run)
    assert _keys(shop) == []


def test_a_replay_that_lost_its_key_is_in_the_way(shop: UndoShop) -> None:
    shop.declare("keep")
    run = shop.load(shop.file("a.csv", "1,10,a", "2,x,b"))
    other = shop.load(shop.file("b.csv", "2,20,b"))
    replay = replayed(shop.engine, run.id, FIXED)
    assert replay is not None
    assert (replay["loaded"], replay["duplicate"]) == (0, 1)
    with pytest.raises(ConfigError, match=r"it has rejects of another run, corrected: undo it first"):
        shop.undo(other)
    shop.undo(Run(replay["run"]))
    shop.undo(other)
    again = replayed(shop.engine, run.id, FIXED)
    assert again is not None
    assert (again["loaded"], _keys(shop)) == (1, [(1, 10, "a"), (2, 20, "b")])


def test_a_cancelled_replay_gives_its_rejects_back(shop: UndoShop) -> None:
    shop.declare("keep")
    run = shop.load(shop.file("a.csv", "1,10,a", "2,x,b"))
    replay = registered(run.id, FIXED)
    assert replay is not None
    shop.engine.plan(replay)
    cancel(replay.id)
    again = replayed(shop.engine, run.id, FIXED)
    assert again is not None
    assert (again["loaded"], _keys(shop)) == (1, [(1, 10, "a"), (2, 20, "b")])


def test_rejects_of_an_undone_file_are_not_replayed(shop: UndoShop) -> None:
    shop.declare("keep")
    path = shop.file("a.csv", "1,10,a", "2,x,b")
    run = shop.load(path)
    late = chosen_rejects(read_status(run.id), FIXED)
    undone = shop.undo(run)
    assert replay(read_status(run.id), late) is None  # it was chosen before the undo, and registered after it
    (chosen,) = chosen_rejects(read_status(run.id), FIXED)
    why = f"run {undone.by} has undone its file: give the file again, and replay what is refused then"
    assert (chosen.rows, chosen.left_out) == ([], {why: 1})
    again = shop.load(path)
    fixed = replayed(shop.engine, again.id, FIXED)
    assert fixed is not None
    assert (fixed["loaded"], _keys(shop)) == (1, [(1, 10, "a"), (2, 20, "b")])


def test_the_status_says_which_rows_of_a_replay_were_taken_out_again(shop: UndoShop) -> None:
    shop.declare("keep")
    run = shop.load(shop.file("a.csv", "1,10,a", "2,x,b", "3,x,c", "x,3,d"))
    first = replayed(shop.engine, run.id, Wanted(sets={"price": "20"}))
    assert first is not None
    shop.undo(Run(first["run"]))
    second = registered(run.id, FIXED)
    assert second is not None
    cancel(second.id)
    assert replays(read_status(run.id)) == [
        f"by run {first['run']}: 1 refused again, 2 undone",
        f"by run {second.id}: 3 cancelled",
        "rejected 3, of which 0 are fixed",
    ]
