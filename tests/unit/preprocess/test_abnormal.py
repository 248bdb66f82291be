"""Abnormal values, duplicates and spellings: marked, and quarantined where that is asked for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sluice.engine.preprocess import Statistics, abnormal, duplicates, fence, inconsistent
from sluice.engine.preprocess.chain import Chain
from tests.unit.preprocess.applied import apply, column, frame

PRICES = {"price": "numeric(14,2)", "category": "text"}


def test_a_price_below_0_is_named_and_stays_what_it_is() -> None:
    rows = frame(PRICES, ("-0.01", "toys"), ("0.00", "toys"), (None, "toys"), ("3.50", "toys"))
    found = apply(abnormal("price", at_least=0), rows)
    assert column(found.frame, "abnormal") == ["price_low", None, None, None]
    assert column(found.frame, "is_abnormal") == [True, False, False, False]
    assert column(found.frame, "price") == [Decimal("-0.01"), Decimal("0.00"), None, Decimal("3.50")]
    assert "quarantined" not in found.frame
    assert found.changed == {"price_low": 1}


@pytest.mark.parametrize(
    ("limits", "broken"),
    [
        ({"at_least": 2}, ["n_low", None, None]),
        ({"above": 2}, ["n_low", "n_low", None]),
        ({"at_most": 2}, [None, None, "n_high"]),
        ({"below": 2}, [None, "n_high", "n_high"]),
        ({"above": 1, "below": 3}, ["n_low", None, "n_high"]),
    ],
)
def test_a_limit_holds_itself_or_not(limits: dict[str, Any], broken: list[str | None]) -> None:
    found = apply(abnormal("n", **limits), frame({"n": "bigint"}, ("1",), ("2",), ("3",)))
    assert column(found.frame, "abnormal") == broken


def test_a_row_that_breaks_several_rules_names_all_of_them_in_order() -> None:
    rows = frame({"price": "numeric(14,2)", "n": "bigint"}, ("-1.00", "0"), ("1.00", "0"), ("1.00", "1"))
    steps = [abnormal("price", at_least=0, then="quarantine"), abnormal("n", above=0)]
    chain = Chain(steps, {step.name: Statistics({}) for step in steps})
    found = chain.run(rows)
    assert column(found, "abnormal") == ["price_low,n_low", "n_low", None]
    assert column(found, "is_abnormal") == [True, True, False]
    assert column(found, "quarantined") == [True, False, False]


# the median of toys is 10 and their MAD 2: 3 * 1.4826 * 2 = 8.8956 to either side
MAD = {"median_price": {(): 100.0, ("toys",): 10.0}, "mad_price": {(): 1.0, ("toys",): 2.0}}


def test_a_fence_is_three_deviations_from_the_median_of_the_group() -> None:
    rows = frame(PRICES, ("18.89", "toys"), ("18.90", "toys"), ("1.11", "toys"), ("1.10", "toys"), (None, "toys"))
    found = apply(abnormal("price", outliers=fence(within=("category",)), then="quarantine"), rows, MAD)
    assert column(found.frame, "abnormal") == [None, "price_outlier", None, "price_outlier", None]
    assert column(found.frame, "quarantined") == [False, True, False, True, False]


def test_an_unseen_group_has_the_fence_of_the_whole_column() -> None:
    rows = frame(PRICES, ("100.00", "food"), ("10.00", "food"), ("10.00", None))
    found = apply(abnormal("price", outliers=fence(within=("category",))), rows, MAD)
    assert column(found.frame, "abnormal") == [None, "price_outlier", "price_outlier"]


def test_tukeys_fence_is_one_and_a_half_quartile_ranges_beyond_the_quartiles() -> None:
    known = {"first_quartile_price": {(): 10.0}, "third_quartile_price": {(): 20.0}}  # from -5 to 35
    rows = frame(PRICES, ("-5.00", "a"), ("-5.01", "a"), ("35.00", "a"), ("35.01", "a"))
    found = apply(abnormal("price", outliers=fence("iqr")), rows, known)
    assert column(found.frame, "abnormal") == [None, "price_outlier", None, "price_outlier"]


@pytest.mark.parametrize("known", [{}, {"median_price": {(): 5.0}, "mad_price": {(): 0.0}}])
def test_where_there_is_no_spread_there_is_no_fence(known: dict[str, Any]) -> None:
    found = apply(abnormal("price", outliers=fence()), frame(PRICES, ("9999.00", "a"), (None, None)), known)
    assert column(found.frame, "is_abnormal") == [False, False]


@pytest.mark.parametrize(
    ("step", "types", "sentence"),
    [
        (abnormal("price", at_least=0), {"price": "text"}, "price must be a number column, not text."),
        (
            abnormal("price"),
            {"price": "bigint"},
            "It has no rule: declare at_least, above, at_most, below or outliers.",
        ),
        (abnormal("price", at_least=0, above=0), {"price": "bigint"}, "Declare at most one lower limit"),
        (abnormal("price", outliers=fence(k=0)), {"price": "bigint"}, "k must be greater than 0, not 0."),
        (
            inconsistent("price", {"A": []}),
            {"price": "bigint"},
            "price must be a text column, not bigint.",
        ),
        (inconsistent("id", {"A": []}), {"id": "text"}, "id is part of the key, whose values must not be changed."),
        (
            inconsistent("g", {"A": ["x"], "B": [" X"]}),
            {"g": "text"},
            "' X' is a spelling of 'A' and of 'B': declare one.",
        ),
    ],
)
def test_each_mistake_has_its_sentence(step: Any, types: dict[str, str], sentence: str) -> None:
    (mistake,) = step.mistakes(types, ("id",))
    assert mistake.startswith(sentence)


GENDER = {"F": ["female", "woman"], "M": ["male"]}
SPELLED = frame({"gender": "text"}, ("F",), (" FeMale ",), ("m",), (None,), ("other",), ("",))


def test_spellings_become_the_canonical_word_and_others_stay() -> None:
    found = apply(inconsistent("gender", GENDER), SPELLED)
    assert column(found.frame, "gender") == ["F", "F", "M", None, "other", ""]
    assert found.changed == {"respelled": 2}
    assert "abnormal" not in found.frame


def test_what_is_not_listed_is_marked_or_quarantined_too() -> None:
    flagged = apply(inconsistent("gender", GENDER, "flag"), SPELLED)
    unlisted = [None, None, None, None, "gender_unlisted", "gender_unlisted"]
    assert column(flagged.frame, "abnormal") == unlisted
    assert flagged.changed == {"respelled": 2, "gender_unlisted": 2}
    away = apply(inconsistent("gender", GENDER, "quarantine"), SPELLED)
    assert column(away.frame, "abnormal") == unlisted
    assert column(away.frame, "quarantined") == [False, False, False, False, True, True]


def test_a_frame_without_rows_or_with_nothing_but_nulls_stays_one() -> None:
    assert len(apply(inconsistent("gender", GENDER, "flag"), frame({"gender": "text"})).frame) == 0
    assert len(apply(abnormal("price", at_least=0, outliers=fence()), frame(PRICES)).frame) == 0
    nulls = apply(inconsistent("gender", GENDER, "flag"), frame({"gender": "text"}, (None,), (None,)))
    assert column(nulls.frame, "gender") == column(nulls.frame, "abnormal") == [None, None]


def test_postgresql_says_which_rows_are_duplicates() -> None:
    rows = frame({"id": "bigint", "_duplicates": "boolean"}, ("1", "false"), ("2", "true"))
    kept = apply(duplicates(("id",)), rows)
    assert column(kept.frame, "is_duplicate") == [False, True]
    assert kept.changed == {"duplicate": 1}
    assert "quarantined" not in kept.frame
    assert column(apply(duplicates(("id",), "quarantine"), rows).frame, "quarantined") == [False, True]
    (expression, pg_type) = duplicates(("id", "n")).scope.expressions["_duplicates"]
    assert expression == 'row_number() over (partition by "id", "n" order by {key}) > 1'
    assert pg_type == "boolean"
