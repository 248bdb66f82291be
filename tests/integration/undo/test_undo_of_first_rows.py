"""Runs of a table whose first row of a key stays, undone: rows that had lost to theirs are loaded again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sluice.engine.ledger.runs import Run
from sluice.errors import ConfigError
from tests.integration.undo.shop import UndoShop


def _keys(shop: UndoShop) -> list[tuple[object, ...]]:
    return [row[:3] for row in shop.state()["table"]]


def test_rows_of_later_files_that_had_lost_come_into_the_table(shop: UndoShop) -> None:
    """As in a database that never saw the file: with the books of those files, too."""
    shop.declare("keep")
    shop.load(shop.file("a.csv", "1,10,a"))
    before = shop.state()
    wrong = shop.load(shop.file("wrong.csv", "1,99,w", "2,99,w", "3,30,c", "4,99,w"))
    equal, differing = shop.file("c.csv", "3,30,c", "5,30,c"), shop.file("d.csv", "2,40,d", "3,44,d", "6,40,d")
    for path in (equal, differing):
        shop.load(path)
    assert _keys(shop) == [(1, 10, "a"), (2, 99, "w"), (3, 30, "c"), (4, 99, "w"), (5, 30, "c"), (6, 40, "d")]

    done = shop.undo(wrong)

    assert [each.uri for each in done.found.again] == [str(equal), str(differing)]
    assert _keys(shop) == [(1, 10, "a"), (2, 40, "d"), (3, 30, "c"), (5, 30, "c"), (6, 40, "d")]
    undoing = Run(done.by or 0).status().json()
    assert [[each[n] for n in ("read", "loaded", "duplicate", "rejected")] for each in undoing["inputs"]] == [
        [2, 2, 0, 0],
        [3, 2, 0, 1],
    ]
    assert shop.state()["table"][0] == before["table"][0]


def test_a_file_that_lost_rows_and_is_gone_is_in_the_way_and_named(shop: UndoShop) -> None:
    shop.declare("keep")
    wrong = shop.load(shop.file("wrong.csv", "1,99,w"))
    other = shop.file("other.csv", "1,10,a", "2,10,a")
    shop.load(other)
    state = shop.state()
    other.unlink()
    with pytest.raises(ConfigError, match=r"other\.csv \(run \d+\) has rows that lost their keys"):
        shop.undo(wrong)
    assert shop.state() == state
    shop.undo(wrong, force=True)
    assert _keys(shop) == [(2, 10, "a")]


def test_a_file_that_lost_rows_and_has_changed_is_in_the_way(shop: UndoShop) -> None:
    shop.declare("keep")
    wrong = shop.load(shop.file("wrong.csv", "1,99,w"))
    other = shop.file("other.csv", "1,10,a", "2,10,a")
    shop.load(other)
    other.write_text("id,price,name\n7,70,x\n")
    with pytest.raises(ConfigError, match="the file has changed since"):
        shop.undo(wrong)


def test_a_file_of_which_nothing_was_loaded_is_tried_again(shop: UndoShop) -> None:
    shop.declare("keep")
    wrong = shop.load(shop.file("wrong.csv", "1,99,w"))
    shop.load(shop.file("other.csv", "1,10,a"))
    assert _keys(shop) == [(1, 99, "w")]
    shop.undo(wrong)
    assert _keys(shop) == [(1, 10, "a")]


def test_one_file_of_a_run_is_undone_and_the_others_have_the_keys_that_it_had_taken(shop: UndoShop) -> None:
    shop.declare("keep")
    run = shop.load(shop.file("a.csv", "1,10,a", "2,10,a"), shop.file("b.csv", "2,20,b", "3,20,b"))
    shop.undo(run, "a.csv")
    assert _keys(shop) == [(2, 20, "b"), (3, 20, "b")]


def test_rows_that_a_reload_replaced_come_back(shop: UndoShop) -> None:
    shop.declare("keep")
    path = shop.file("a.csv", "1,10,a", "2,10,a")
    first = shop.load(path)
    before = shop.state()
    again = shop.load(path, reload=True)
    with pytest.raises(ConfigError, match="have replaced or removed 2 of the 2 rows"):
        shop.undo(first)
    shop.undo(again)
    assert shop.state() == before
    shop.undo(first)
    assert _keys(shop) == []


def test_a_run_that_found_its_content_loaded_names_the_run_that_loaded_it(shop: UndoShop, tmp_path: Path) -> None:
    shop.declare("keep")
    path = shop.file("a.csv", "1,10,a")
    first = shop.load(path)
    copy = tmp_path / "copy.csv"
    shutil.copy(path, copy)
    second = shop.load(copy)
    with pytest.raises(ConfigError, match=f"sluice undo {first.id}"):
        shop.undo(second)
    shop.undo(first)
    assert "it is not loaded now" in second.status().json()["inputs"][0]["note"]
    assert [each["state"] for each in shop.load(copy).status().json()["inputs"]] == ["done"]


def test_an_open_run_of_the_same_table_is_in_the_way(shop: UndoShop) -> None:
    shop.declare("keep")
    first = shop.load(shop.file("a.csv", "1,10,a"))
    opened = shop.engine.register(shop.file("b.csv", "2,10,b"))
    with pytest.raises(ConfigError, match=f"Run {opened.id} is open"):
        shop.undo(first)
    with pytest.raises(ConfigError, match=f"sluice cancel {opened.id}"):
        shop.undo(opened)
