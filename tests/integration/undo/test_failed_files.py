"""Files of which nothing was loaded, in runs that are undone: the undo of a whole run is one of them, too."""

from __future__ import annotations

from tests.integration.undo.shop import UndoShop

IDS = "select id, price from prices order by id"


def test_a_file_that_lost_all_rows_to_another_of_its_run_is_undone_with_the_run(shop: UndoShop) -> None:
    shop.declare("keep")
    run = shop.load(shop.file("1.csv", "1,10,a"), shop.file("2.csv", "1,20,a"))
    shop.undo(run)
    assert shop.engine.sql(IDS) == []


def test_a_file_that_lost_all_rows_to_another_is_loaded_when_only_that_is_undone(shop: UndoShop) -> None:
    shop.declare("keep")
    run = shop.load(shop.file("1.csv", "1,10,a"), shop.file("2.csv", "1,20,a"))
    shop.undo(run, "1.csv")
    assert shop.engine.sql(IDS) == [(1, 20)]


def test_a_file_that_failed_in_an_undone_run_does_not_come_back_with_another_undo(shop: UndoShop) -> None:
    shop.declare("keep")
    first = shop.load(shop.file("1.csv", "1,10,a"))
    second = shop.load(shop.file("2.csv", "1,20,a"), shop.file("3.csv", "2,30,a"))
    shop.undo(second)
    shop.undo(first)
    assert shop.engine.sql(IDS) == []


def test_a_file_that_failed_beside_one_that_was_undone_alone_comes_back_with_another_undo(shop: UndoShop) -> None:
    shop.declare("keep")
    first = shop.load(shop.file("1.csv", "1,10,a"))
    second = shop.load(shop.file("2.csv", "1,20,a"), shop.file("3.csv", "2,30,a"))
    shop.undo(second, "3.csv")
    shop.undo(first)
    assert shop.engine.sql(IDS) == [(1, 20)]
