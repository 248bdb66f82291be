"""Numbers in the names of files are compared as numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.storage.order import in_name_order, name_order


@pytest.mark.parametrize(
    "names",
    [
        ["part_9.csv", "part_10.csv", "part_100.csv"],
        ["9.csv", "10.csv", "99999999999999999999.csv", "100000000000000000000.csv"],
        ["a.csv", "a1.csv", "a2.csv", "ab.csv"],  # where no number stands, as text
        ["data.csv", "data1.csv", "data_1.csv"],
        ["part_009.csv", "part_09.csv", "part_9.csv", "part_010.csv", "part_10.csv"],
        ["a0", "a00", "a1"],
        ["v1.9.csv", "v1.10.csv", "v2.0.csv"],
        ["2024-9-30.csv", "2024-10-01.csv"],
        ["9_b.csv", "10_a.csv"],
        ["x9/b.csv", "x10/a.csv"],
        ["a/z.csv", "a-b/a.csv", "a0/a.csv"],  # folder by folder
        ["-2.csv", "-10.csv"],  # a hyphen is no sign
        ["B.csv", "a.csv"],
        ["a1b9.csv", "a1b10.csv", "a01b11.csv"],
        ["²10.csv", "²9.csv"][::-1],  # other digits than 0 to 9 are characters
        ["٣.csv", "٢٠.csv"][::-1],
    ],
)
def test_the_order(names: list[str]) -> None:
    shuffled = [*names[1::2], *names[::2]]
    assert sorted(shuffled, key=name_order) == names


def test_a_number_may_have_any_length() -> None:
    long = "1" * 10_000
    assert sorted([f"{long}0", long, "2"], key=name_order) == ["2", long, f"{long}0"]


paths = st.text("ab019/._-", max_size=8)


@given(paths, paths)
def test_no_two_names_are_equal(one: str, other: str) -> None:
    assert (name_order(one) == name_order(other)) == (one == other)


@given(st.integers(0, 10**30), st.integers(0, 10**30), st.text("0", max_size=3))
def test_numbers_are_in_their_order(one: int, other: int, zeros: str) -> None:
    if one < other:
        assert name_order(f"part_{zeros}{one}.csv") < name_order(f"part_{other}.csv")


@given(st.text("abc._-", max_size=8), st.text("abc._-", max_size=8))
def test_names_without_numbers_are_in_the_order_of_their_text(one: str, other: str) -> None:
    assert (name_order(one) < name_order(other)) == (one < other)


@given(st.lists(st.text("ab019/._-é\udc80", max_size=8)), st.integers(1, 5))
def test_names_that_are_sorted_in_pieces_are_in_the_same_order(names: list[str], at_hand: int) -> None:
    assert list(in_name_order(names, at_hand)) == sorted(names, key=name_order)
