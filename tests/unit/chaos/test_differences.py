"""Checksums and differences of two loads, with planted differences."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.chaos.contents import Contents, Listing
from sluice.chaos.differences import Difference, compare

Rows = list[tuple[str, ...]]
PRICES: Rows = [("1", "north", "2.50"), ("2", "north", "3.00"), ("10", "south", "3.00")]
REJECTS: Rows = [("a.csv", "4", "bad_date")]
BOOKS: Rows = [("prices", "a.csv", "done", "done", "4", "3", "0", "0", "0", "1", "0")]


def contents(prices: Rows = PRICES, rejects: Rows = REJECTS, books: Rows = BOOKS) -> Contents:
    head = ("source", "file", "run", "input", "read", "loaded", "updated", "unchanged", "duplicate", "rejected",
            "contested")  # fmt: skip
    return Contents(
        [Listing("prices", ("id", "region", "price"), 1, prices, "prices")],
        Listing("rejects", ("file", "line", "code"), 3, rejects),
        Listing("books", head, 2, books),
    )


def test_equal_contents_differ_in_nothing() -> None:
    assert compare(contents(), contents()) == []


@given(st.randoms())
def test_the_order_of_rows_does_not_matter(chance: random.Random) -> None:
    shuffled = list(PRICES)
    chance.shuffle(shuffled)
    assert contents(shuffled).checksum() == contents().checksum()
    assert compare(contents(), contents(shuffled)) == []


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        (PRICES[1:], Difference("prices", 1, 0, 0, 0, "id 1: missing")),
        ([*PRICES, PRICES[2]], Difference("prices", 0, 1, 0, 0, "id 10: there 2 times")),
        ([*PRICES, PRICES[2], PRICES[2]], Difference("prices", 0, 2, 0, 0, "id 10: there 3 times")),
        ([*PRICES, ("10", "west", "3.00")], Difference("prices", 0, 1, 0, 0, "id 10: there 2 times")),
        (
            [("1", "north", "2.51"), *PRICES[1:]],
            Difference("prices", 0, 0, 0, 1, "id 1: price is 2.51, not 2.50"),
        ),
        (
            [*PRICES[:2], ("10", "west", "4.00")],
            Difference("prices", 0, 0, 0, 1, "id 10: region is west, not south; price is 4.00, not 3.00"),
        ),
        ([*PRICES, ("11", "south", "1.00")], Difference("prices", 0, 0, 1, 0, "id 11: should not exist")),
        ([PRICES[1], PRICES[1], PRICES[2]], Difference("prices", 1, 1, 0, 0, "id 1: missing")),
        ([], Difference("prices", 3, 0, 0, 0, "id 1: missing")),
    ],
    ids=["lost", "doubled", "three times", "another row of its key", "one value", "two values", "added", "two", "none"],
)
def test_a_planted_difference_is_found(planted: Rows, found: Difference) -> None:
    assert compare(contents(), contents(planted)) == [found]
    assert contents(planted).checksum() != contents().checksum()


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ([("a", "1")], Difference("notes", 2, 0, 0, 0, "name a, value 1: there 1 times, not 3")),
        ([("a", "1")] * 4, Difference("notes", 0, 1, 0, 0, "name a, value 1: there 4 times, not 3")),
        ([("a", "2")] * 3, Difference("notes", 3, 0, 3, 0, "name a, value 1: missing")),
    ],
    ids=["lost", "doubled", "changed"],
)
def test_rows_without_a_key_are_known_by_their_values(planted: Rows, found: Difference) -> None:
    one, other = (
        replace(contents(), tables=[Listing("notes", ("name", "value"), 2, rows, "notes")])
        for rows in ([("a", "1")] * 3, planted)
    )
    assert compare(one, other) == [found]


def test_rejects_and_books_are_compared_and_are_not_in_the_checksum() -> None:
    books = [("prices", "a.csv", "failed", "done", "4", "2", "1", "0", "0", "1", "0")]
    other = contents(rejects=[], books=books)
    assert compare(contents(), other) == [
        Difference("rejects", 1, 0, 0, 0, "file a.csv, line 4, code bad_date: missing"),
        Difference(
            "books", 0, 0, 0, 1,
            "source prices, file a.csv: run is failed, not done; loaded is 2, not 3; updated is 1, not 0",
        ),
    ]  # fmt: skip
    assert other.checksum() == contents().checksum()


def test_values_that_move_from_one_column_to_the_next_change_the_checksum() -> None:
    one, other = contents([("1", "ab", "c")]), contents([("1", "a", "bc")])
    assert one.checksum() != other.checksum()


def test_the_same_rows_in_another_table_have_another_checksum() -> None:
    one = contents()
    assert replace(one, tables=[replace(one.tables[0], name="costs")]).checksum() != one.checksum()


def test_the_counts_of_a_source_are_those_of_its_files() -> None:
    more = [("prices", "b.csv", "done", "done", "10", "2", "3", "1", "4", "0", "0")]
    assert contents(books=[*BOOKS, *more]).books_by_source() == {
        "prices": {
            "read": 14, "loaded": 5, "updated": 3, "unchanged": 1, "duplicate": 4, "rejected": 1, "contested": 0,
        }
    }  # fmt: skip


def test_written_contents_can_be_compared_by_diff(tmp_path: Path) -> None:
    contents(list(reversed(PRICES))).write(tmp_path)
    assert (
        tmp_path / "prices.tsv"
    ).read_text() == "id\tregion\tprice\n1\tnorth\t2.50\n10\tsouth\t3.00\n2\tnorth\t3.00\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["books.tsv", "prices.tsv", "rejects.tsv"]
