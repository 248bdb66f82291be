"""Which types have room for all values of another one, and whether PostgreSQL writes the rows again."""

from __future__ import annotations

import pytest

from sluice.engine.types.widening import Widening, holds, whole_digits, widening

NOTES, REWRITES = Widening.NOTES, Widening.REWRITES


@pytest.mark.parametrize(
    ("old", "new", "how"),
    [
        ("numeric(10,2)", "numeric(14,2)", NOTES),
        ("numeric(10,2)", "numeric", NOTES),
        ("numeric(10,2)", "numeric(14,4)", REWRITES),
        ("numeric(10,2)", "numeric(11,4)", None),  # two decimals more, and one whole digit less
        ("numeric(10,2)", "numeric(9,2)", None),
        ("numeric", "numeric(38,10)", None),
        ("smallint", "integer", REWRITES),
        ("integer", "bigint", REWRITES),
        ("bigint", "integer", None),
        ("integer", "numeric(10,0)", REWRITES),
        ("integer", "numeric(10,1)", None),
        ("bigint", "numeric", REWRITES),
        ("character varying(9)", "character varying(10)", NOTES),
        ("character varying(9)", "text", NOTES),
        ("character varying", "character varying(9)", None),
        ("text", "character varying(9)", None),
        ("character(9)", "text", None),  # its spaces at the end mean nothing, those of a text do
        ("real", "double precision", REWRITES),
        ("date", "timestamp with time zone", None),
        ("integer", "text", None),
        ("boolean", "integer", None),
    ],
)
def test_a_type_becomes_another_one_only_without_a_loss(old: str, new: str, how: Widening | None) -> None:
    assert widening(old, new) is how


@pytest.mark.parametrize(
    ("there", "declared", "has_room"),
    [
        ("numeric(14,2)", "numeric(10,2)", True),
        ("numeric(10,2)", "numeric(10,2)", True),
        ("numeric(10,2)", "numeric(14,2)", False),
        ("text", "character varying(9)", True),
        ("bigint", "integer", False),  # COPY in binary form would have the wrong length
        ("numeric", "bigint", False),  # the bytes of a bigint are a numeric, too, of another value
        ("date", "date", True),
    ],
)
def test_a_wider_column_has_room_if_its_values_have_the_same_form(there: str, declared: str, has_room: bool) -> None:
    assert holds(there, declared) is has_room


def test_whole_digits_are_those_before_the_decimal_mark() -> None:
    assert [whole_digits(each) for each in ("numeric(10,2)", "numeric", "bigint")] == [8, None, None]
