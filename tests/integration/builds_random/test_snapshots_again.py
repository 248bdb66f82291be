"""Snapshots that come again: what an older file had, and another one has written over since, is not lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.engine.ledger import steps
from sluice.engine.ledger.runs import retry
from sluice.pipelines import find
from tests.kit.in_process import InProcess

HEADER = "customer_id,first_name,last_name,email,country,gender,date_of_birth"
AS_OF = "2024-12-31"


class Lists:
    """Runs of lists of customers."""

    def __init__(self, engine: InProcess, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        engine.use(find("customer_ltv"))

    def file(self, name: str, *rows: str) -> Path:
        path = self.folder / f"customers_{name}.csv"
        path.write_text("\n".join((HEADER, *(f"{row},,,,," for row in rows))) + "\n", encoding="utf-8")
        return path

    def refused(self) -> Path:
        return self.file("refused")

    def load(self, *paths: Path) -> list[int]:
        """The customers that are built when these files have come."""
        self.engine.finish(self.engine.register(*paths, as_of=AS_OF))
        return [key for (key,) in self.engine.sql("select customer_id from customer_ltv order by 1")]


@pytest.fixture
def lists(engine: InProcess, tmp_path: Path) -> Lists:
    return Lists(engine, tmp_path)


def test_half_a_snapshot_that_brings_known_customers_takes_none_away(lists: Lists) -> None:
    assert lists.load(lists.file("whole", "1,Ann", "2,Bob")) == [1, 2]
    assert lists.load(lists.file("half", "1,Anna", "3,Eve"), lists.refused()) == [1, 2, 3]


def test_a_snapshot_again_after_half_another_one_has_all_its_customers(lists: Lists) -> None:
    whole = lists.file("whole", "1,Ann", "2,Bob")
    lists.load(whole)
    lists.load(lists.file("half", "1,Anna"), lists.refused())
    assert lists.load(whole) == [1, 2]


def test_one_of_two_lists_again_has_all_its_customers(lists: Lists) -> None:
    first, second = lists.file("a", "1,Ann", "2,Bob"), lists.file("b", "2,Bert", "3,Eve")
    assert lists.load(first, second) == [1, 2, 3]
    assert lists.load(first) == [1, 2]


def test_one_of_two_lists_without_a_common_customer_again_takes_the_others_away(lists: Lists) -> None:
    first, second = lists.file("a", "1,Ann"), lists.file("b", "2,Bob")
    assert lists.load(first, second) == [1, 2]
    assert lists.load(first) == [1]


def test_the_same_lists_again_have_nothing_to_do(lists: Lists) -> None:
    lists.load(lists.file("a", "1,Ann"), lists.file("b", "2,Bob"))
    run = lists.engine.register(lists.file("a", "1,Ann"), lists.file("b", "2,Bob"), as_of=AS_OF)
    status = lists.engine.finish(run)
    assert [each["state"] for each in status["inputs"]] == ["already_loaded", "already_loaded"]
    assert [each["mode"] for each in status["builds"]] == ["unchanged", "unchanged"]


def test_a_list_with_another_one_on_top_and_then_alone(lists: Lists) -> None:
    first = lists.file("a", "1,Ann", "2,Bob")
    lists.load(first)
    assert lists.load(first, lists.file("b", "1,Anna", "4,Joe")) == [1, 2, 4]
    assert lists.load(first) == [1, 2]


def test_an_older_list_that_is_retried_after_a_newer_one_brings_nobody_back(lists: Lists) -> None:
    older = lists.engine.register(lists.file("older", "1,Ann", "2,Bob"), as_of=AS_OF)
    lists.engine.plan(older)
    (step,) = lists.engine.steps(older, "extract")
    steps.kill(steps.claim("extract", {"step": step}), "as a test wants it")
    lists.engine.settle(older)
    assert lists.load(lists.file("newer", "2,Bert", "3,Eve")) == [2, 3]
    retry(older.id)
    lists.engine.finish(older)
    assert lists.engine.sql("select customer_id from customer_ltv order by 1") == [(2,), (3,)]
    assert older.status().gone == 1
