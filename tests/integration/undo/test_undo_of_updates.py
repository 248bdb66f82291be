"""Runs of a table that is updated, undone: the table, the books and what is derived, with literals."""

from __future__ import annotations

import pytest

from sluice.errors import ConfigError
from sluice.tasks.removal.undo import undo as take_back
from tests.integration.undo.shop import UndoShop


def test_what_a_file_overwrote_comes_back_and_what_it_inserted_goes(shop: UndoShop) -> None:
    shop.declare()
    shop.load(shop.file("a.csv", *(f"{n},{n},a" for n in range(600))))
    shop.load(shop.file("b.csv", *(f"{n},{n},b" for n in range(500, 1200))))
    before = shop.state()
    wrong = shop.load(shop.file("wrong.csv", *(f"{n},7,wrong" for n in range(100, 1300))))
    assert wrong.status().json()["updated"] == 1100
    assert shop.state()["derived"] == [("a", 4950, 100), ("wrong", 8400, 1200)]

    done = shop.undo(wrong)

    assert (done.rows, done.restored) == (1200, 1100)
    assert shop.state() == before
    assert shop.state()["derived"] == [("a", 124750, 500), ("b", 594650, 700)]


def test_a_run_that_is_undone_twice_says_so_and_nothing_changes(shop: UndoShop) -> None:
    shop.declare()
    shop.load(shop.file("a.csv", "1,10,a"))
    wrong = shop.load(shop.file("wrong.csv", "1,99,w", "2,99,w"))
    first = shop.undo(wrong)
    state = shop.state()
    second = shop.undo(wrong)
    assert (second.by, second.found.undone_by) == (None, first.by)
    assert shop.state() == state


def test_the_same_content_is_loaded_again_after_it_was_undone(shop: UndoShop) -> None:
    shop.declare()
    shop.load(shop.file("a.csv", "1,10,a"))
    path = shop.file("b.csv", "1,20,b", "2,20,b")
    first = shop.load(path)
    loaded = [row[:3] for row in shop.state()["table"]]
    shop.undo(first)
    again = shop.load(path)
    assert [each["state"] for each in again.status().json()["inputs"]] == ["done"]
    assert [row[:3] for row in shop.state()["table"]] == loaded


def test_a_later_run_that_changed_the_same_rows_is_in_the_way(shop: UndoShop) -> None:
    shop.declare()
    shop.load(shop.file("a.csv", "1,10,a", "2,10,a"))
    wrong = shop.load(shop.file("wrong.csv", "1,99,w", "2,99,w", "3,99,w"))
    later = shop.load(shop.file("c.csv", "2,30,c"))
    state = shop.state()
    with pytest.raises(ConfigError) as refused:
        shop.undo(wrong)
    assert (
        f"replaced or removed 1 of the 3 rows that run {wrong.id} has loaded into prices (1 by run {later.id})."
        in str(refused.value)
    )
    assert f"sluice undo {later.id}" in str(refused.value)
    assert shop.state() == state
    (obstacle,) = take_back(wrong.id, dry_run=True).found.obstacles
    wrong_file, later_file = (str(shop.folder / name) for name in ("wrong.csv", "c.csv"))
    assert [(row.uri, row.line, row.run, row.by) for row in obstacle.rows] == [(wrong_file, 3, later.id, later_file)]

    done = shop.undo(wrong, force=True)
    ((note, read, updated, unchanged),) = shop.engine.sql(
        "select note, read, updated, unchanged from sluice.input where run_id = %s", later.id
    )
    assert note == (
        f"Of its rows, 1 replaced rows of run {wrong.id}, which run {done.by} has undone all the same: updated and "
        "unchanged are counted against these, as they were then."
    )
    assert (read, updated, unchanged) == (1, 1, 0)
    assert [row[:3] for row in shop.state()["table"]] == [(1, 10, "a"), (2, 30, "c")]
    shop.undo(later)
    assert [row[:3] for row in shop.state()["table"]] == [(1, 10, "a"), (2, 10, "a")]


def test_runs_are_undone_from_the_newest_to_the_oldest_until_nothing_is_left(shop: UndoShop) -> None:
    shop.declare()
    states, runs = [], []
    for number, name in enumerate("abcd"):
        states.append(shop.state())
        runs.append(shop.load(shop.file(f"{name}.csv", *(f"{key},{number},{name}" for key in range(number, 6, 2)))))
    for run, state in zip(reversed(runs), reversed(states), strict=True):
        shop.undo(run)
        assert shop.state() == state
    assert shop.state() == {"table": [], "derived": [], "books": []}


def test_one_file_of_a_run_is_undone_and_its_siblings_have_what_it_had_taken(shop: UndoShop) -> None:
    shop.declare()
    shop.load(shop.file("old.csv", "1,1,old", "2,1,old", "3,1,old"))
    a, b = shop.file("a.csv", "1,10,a", "2,10,a"), shop.file("b.csv", "2,20,b", "3,20,b")
    run = shop.load(a, b)
    shop.undo(run, "b.csv")
    table = [row[:3] for row in shop.state()["table"]]
    assert table == [(1, 10, "a"), (2, 10, "a"), (3, 1, "old")]
    assert shop.state()["books"][-1] == (str(a), 2, 0, 2, 0, 0, 0)


def test_a_dry_run_says_what_would_go_and_come_back_and_changes_nothing(shop: UndoShop) -> None:
    shop.declare()
    shop.load(shop.file("a.csv", "1,10,a", "2,10,a"))
    wrong = shop.load(shop.file("wrong.csv", "2,99,w", "3,99,w"))
    state = shop.state()
    found = take_back(wrong.id, dry_run=True).found
    assert (found.deleted, found.restored, list(found.obstacles)) == (2, 1, [])
    assert shop.state() == state


def test_without_history_an_update_is_refused_and_inserts_are_undone(shop: UndoShop) -> None:
    shop.declare(more=", undo_days=0")
    first = shop.load(shop.file("a.csv", "1,10,a"))
    second = shop.load(shop.file("b.csv", "1,20,b"))
    assert shop.engine.sql("select count(*) from sluice.replaced") == [(0,)]
    with pytest.raises(ConfigError, match="1 row of prices, and they are not kept"):
        shop.undo(second)
    third = shop.load(shop.file("c.csv", "5,20,c"))
    shop.undo(third)
    assert [row[:3] for row in shop.state()["table"]] == [(1, 20, "b")]
    with pytest.raises(ConfigError, match="have replaced or removed 1 of the 1 row "):
        shop.undo(first)
