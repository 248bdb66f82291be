"""Checks on typed values: exact bounds, nulls never break one."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from sluice.engine.declare.tables.checks import at_least, at_most, between, matches, one_of
from sluice.errors import ConfigError

WHOLE = pa.array([-1, 0, 86_400, 86_401, None], pa.int32())
MONEY = pa.array([Decimal("-0.0001"), Decimal(0), Decimal("1.2"), None], pa.decimal128(12, 4))
DAYS = pa.array([dt.date(2021, 12, 31), dt.date(2022, 1, 1), None])
TEXTS = pa.array(["a", "abc", "ABC\n", None])


@pytest.mark.parametrize(
    ("check", "values", "refused", "code"),
    [
        (at_least(0), WHOLE, [0], "negative"),
        (at_least(0), MONEY, [0], "negative"),
        (at_least(1), WHOLE, [0, 1], "out_of_range"),
        (at_least(0.5), MONEY, [0, 1], "out_of_range"),
        (at_least(2.5), WHOLE, [0, 1], "out_of_range"),
        (at_least(-(10**25)), WHOLE, [], "out_of_range"),
        (at_most(10**30), MONEY, [], "out_of_range"),
        (at_most(Decimal("1.19999")), MONEY, [2], "out_of_range"),
        (between(0, 86_400), WHOLE, [0, 3], "out_of_range"),
        (between(dt.date(2022, 1, 1), dt.date(2022, 12, 31)), DAYS, [0], "out_of_range"),
        (at_most("abc"), TEXTS, [], "out_of_range"),
        (at_least("a"), TEXTS, [2], "out_of_range"),
        (one_of(0, 86_400), WHOLE, [0, 3], "not_allowed"),
        (one_of("a", "b"), TEXTS, [1, 2], "not_allowed"),
        (one_of(Decimal("1.20")), MONEY, [0, 1], "not_allowed"),
        (one_of(True), pa.array([True, False, None]), [1], "not_allowed"),
        (matches("[a-z]+"), TEXTS, [2], "bad_format"),
        (matches("a|abc"), TEXTS, [2], "bad_format"),
        (matches("(?i)abc"), TEXTS, [0, 2], "bad_format"),
    ],
)
def test_values_that_break_a_check_are_refused_and_nulls_never(check, values, refused, code):
    found = check.refuse(values)
    assert (found.rows.nonzero()[0].tolist(), found.code) == (refused, code)
    assert len(found.rows) == len(values)


def test_reasons_are_sentences():
    assert at_least(0).refuse(WHOLE).reason == "'{value}' is below 0."
    assert at_most(9).refuse(WHOLE).reason == "'{value}' is above 9."
    assert between(0, 9).refuse(WHOLE).reason == "'{value}' is not between 0 and 9."
    assert one_of("m", "f").refuse(TEXTS).reason == "'{value}' is not one of: m, f."
    assert matches("x+").refuse(TEXTS).reason == "'{value}' does not look like x+."


def test_checks_declare_themselves():
    assert (
        repr([at_least(0), between(0, 9), one_of("a")])
        == "[AtLeast(bound=0), Between(low=0, high=9), OneOf(values=('a',))]"
    )


@pytest.mark.parametrize("declare", [lambda: matches("(?=x)"), lambda: matches("("), one_of, lambda: between(2, 1)])
def test_a_check_that_cannot_be_is_met_at_once(declare):
    with pytest.raises(ConfigError):
        declare()
