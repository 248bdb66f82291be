"""Matching the headers of a file with the columns that are wanted."""

from __future__ import annotations

import pytest

from sluice.engine.formats.csv import Dialect
from sluice.engine.formats.text.header import HeaderMatch, match_header
from sluice.errors import ConfigError, DataError


def dialect(*header: str) -> Dialect:
    return Dialect(",", header, 0, 2)


def test_case_spaces_and_marks_do_not_matter() -> None:
    found = match_header(dialect("\ufeffCustomer_ID", "COST ", "note"), ["customer_id", " Cost"], ["customer_id"])
    assert found == HeaderMatch({"customer_id": 0, " Cost": 1}, ("note",))


def test_a_header_that_is_wanted_but_not_required_may_be_absent() -> None:
    assert match_header(dialect("a", "c"), ["a", "b"], ["a"]) == HeaderMatch({"a": 0, "b": None}, ("c",))


def test_missing_required_headers_are_named_with_those_that_are_there() -> None:
    with pytest.raises(DataError) as caught:
        match_header(dialect("id", "Cost"), ["id", "price", "day"], ["id", "price", "day"])
    assert caught.value.code == "missing_header"
    assert caught.value.reason == "The header lacks 'price' and 'day'; it has 'id', 'Cost'."


def test_of_what_may_be_no_header_at_all_only_a_little_is_quoted() -> None:
    with pytest.raises(DataError) as caught:
        match_header(dialect("x" * 41, *"abcdefghijklmnopqrstuvwxyz"), ["id"], ["id"])
    shown = ", ".join(repr(name) for name in "abcdefghijklmnopqrs")
    assert caught.value.reason == f"The header lacks 'id'; it has '{'x' * 39}…', {shown} and 7 more."


def test_a_wanted_header_twice_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        match_header(dialect("id", "Cost", "COST"), ["id", "cost"], ["id"])
    assert caught.value.code == "duplicate_header"
    assert "'cost'" in caught.value.reason


def test_an_ignored_header_twice_does_no_harm() -> None:
    assert match_header(dialect("id", "", "", "x", "X"), ["id"], ["id"]).extra == ("", "", "x", "X")


def test_the_name_of_the_line_numbers_cannot_be_wanted() -> None:
    with pytest.raises(ConfigError, match="_line"):
        match_header(dialect("_line"), ["_line"], [])
