"""Snapshots that are undone: what they removed comes back."""

from __future__ import annotations

import pytest

from sluice.errors import ConfigError
from tests.integration.undo.shop import UndoShop


def test_rows_that_a_snapshot_removed_or_changed_come_back(shop: UndoShop) -> None:
    shop.declare(snapshot=True)
    shop.load(shop.file("monday.csv", "1,10,m", "2,10,m", "3,10,m"))
    before = shop.state()
    tuesday = shop.load(shop.file("tuesday.csv", "2,10,m", "3,20,t", "4,20,t"))
    assert [row[:3] for row in shop.state()["table"]] == [(2, 10, "m"), (3, 20, "t"), (4, 20, "t")]
    assert tuesday.status().gone == 1
    shop.undo(tuesday)
    assert shop.state() == before


def test_a_snapshot_is_undone_before_an_earlier_one(shop: UndoShop) -> None:
    shop.declare(snapshot=True)
    monday = shop.load(shop.file("monday.csv", "1,10,m", "2,10,m"))
    before = shop.state()
    tuesday = shop.load(shop.file("tuesday.csv", "2,20,t"))
    for force in (False, True):
        with pytest.raises(ConfigError, match=f"Run {tuesday.id} is a later snapshot"):
            shop.undo(monday, force=force)
    shop.undo(tuesday)
    assert shop.state() == before
    shop.undo(monday)
    assert shop.state()["table"] == []


def test_after_an_undone_snapshot_the_next_one_is_compared_with_the_one_before(shop: UndoShop) -> None:
    shop.declare(snapshot=True)
    monday = shop.file("monday.csv", "1,10,m", "2,10,m")
    shop.load(monday)
    shop.undo(shop.load(shop.file("empty_but_one.csv", "9,90,x")))
    wednesday = shop.load(shop.file("wednesday.csv", "2,10,m", "5,50,w"))
    assert wednesday.status().gone == 1
    assert [row[:3] for row in shop.state()["table"]] == [(2, 10, "m"), (5, 50, "w")]


def test_one_file_of_a_snapshot_is_not_undone_alone(shop: UndoShop) -> None:
    shop.declare(snapshot=True)
    run = shop.load(shop.file("a.csv", "1,10,a"), shop.file("b.csv", "2,10,b"))
    with pytest.raises(ConfigError, match="undo the whole run"):
        shop.undo(run, "b.csv", force=True)
