"""Rejects that were corrected and loaded, and then undone, and runs whose rejects were."""

from __future__ import annotations

import pytest

from sluice.engine.ledger.runs import Run
from sluice.engine.steps.replay.chosen import Wanted
from sluice.errors import ConfigError
from sluice.tasks.cancel import cancel
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
