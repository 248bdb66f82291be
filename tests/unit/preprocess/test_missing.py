"""Missing values: flagged, kept, quarantined, or filled from valid rows."""

from __future__ import annotations

import pytest

from sluice.engine.preprocess import constant, missing
from tests.unit.preprocess.applied import apply, column, frame

AGES = {"id": "bigint", "age": "smallint", "category": "text"}
KNOWN = {"median_age": {(): 25.5, ("toys",): 20.0, ("books",): 40.0}}
BY_CATEGORY = missing("age", "median", within=("category",), where="age >= 0")


def test_missing_values_are_flagged_and_kept() -> None:
    found = apply(missing("age"), frame(AGES, ("1", "30", "toys"), ("2", None, "toys")))
    assert column(found.frame, "age_was_missing") == [False, True]
    assert column(found.frame, "age") == [30, None]
    assert found.changed == {"missing": 1}


def test_a_rejected_row_is_quarantined_and_still_there() -> None:
    found = apply(missing("age", "reject"), frame(AGES, ("1", "30", "toys"), ("2", None, "toys")))
    assert column(found.frame, "quarantined") == [False, True]
    assert column(found.frame, "id") == [1, 2]
    assert found.changed == {"missing": 1, "quarantined": 1}


def test_the_median_of_the_group_is_put_in() -> None:
    rows = frame(AGES, ("1", None, "toys"), ("2", None, "books"), ("3", "7", "books"))
    found = apply(BY_CATEGORY, rows, KNOWN)
    assert column(found.frame, "age") == [20, 40, 7]
    assert column(found.frame, "age_was_missing") == [True, True, False]
    assert found.changed == {"missing": 2, "filled": 2}


def test_an_unseen_group_and_a_row_without_one_take_the_whole_column_rounded_half_up() -> None:
    found = apply(BY_CATEGORY, frame(AGES, ("1", None, "food"), ("2", None, None)), KNOWN)
    assert column(found.frame, "age") == [26, 26]
    assert str(found.frame["age"].dtype) == "int64[pyarrow]"


def test_without_any_valid_row_nothing_is_put_in() -> None:
    found = apply(BY_CATEGORY, frame(AGES, ("1", None, "food"), ("2", None, None)))
    assert column(found.frame, "age") == [None, None]
    assert found.changed == {"missing": 2, "filled": 0}


def test_the_most_frequent_word_of_a_group_is_put_in() -> None:
    step = missing("category", "mode")
    found = apply(step, frame(AGES, ("1", "3", None), ("2", "3", "toys")), {"mode_category": {(): "food"}})
    assert column(found.frame, "category") == ["food", "toys"]


def test_groups_of_two_columns_are_told_apart() -> None:
    types = {"age": "smallint", "category": "text", "year": "bigint"}
    step = missing("age", "median", within=("category", "year"))
    known = {"median_age": {(): 1.0, ("toys", "2023"): 2.0, ("toys", "2024"): 3.0}}
    rows = frame(types, (None, "toys", "2023"), (None, "toys", "2024"), (None, "toys", None), (None, None, "2024"))
    assert column(apply(step, rows, known).frame, "age") == [2, 3, 1, 1]


def test_a_word_is_put_in() -> None:
    found = apply(missing("category", constant("unknown")), frame(AGES, ("1", "3", None), ("2", "3", "toys")))
    assert column(found.frame, "category") == ["unknown", "toys"]
    assert found.changed == {"missing": 1, "filled": 1}


def test_null_is_no_gap_in_rows_that_are_to_have_no_value() -> None:
    step = missing("age", "median", among="category = 'toys'")
    assert step.scope.expressions == {"_missing_age_among": ("coalesce(category = 'toys', false)", "boolean")}
    rows = frame(AGES | {"_missing_age_among": "boolean"}, ("1", None, "toys", "true"), ("2", None, "food", "false"))
    found = apply(step, rows, KNOWN)
    assert column(found.frame, "age_was_missing") == [True, False]
    assert column(found.frame, "age") == [26, None]
    assert found.changed == {"missing": 1, "filled": 1}


@pytest.mark.parametrize("how", ["keep", "reject", "median"])
def test_a_frame_without_rows_stays_one(how: str) -> None:
    found = apply(missing("age", how), frame(AGES))  # type: ignore[arg-type]
    assert len(found.frame) == 0
    assert str(found.frame["age_was_missing"].dtype) == "bool[pyarrow]"
    assert set(found.changed.values()) == {0}


@pytest.mark.parametrize(
    ("step", "types", "sentence"),
    [
        (
            missing("price", "median"),
            {"price": "numeric(14,2)"},
            "price is numeric(14,2): for dates and money how must be keep or reject.",
        ),
        (missing("day", "mode"), {"day": "date"}, "day is date: for dates and money how must be keep or reject."),
        (missing("id", "median"), {"id": "bigint"}, "id is an id: how must be keep or reject."),
        (
            missing("shop_id", "mode"),
            {"shop_id": "bigint"},
            "shop_id is an id: how must be keep or reject.",
        ),
        (missing("n", constant("0")), {"n": "bigint"}, "A constant for n must be a word in a text column"),
        (missing("n", constant(" ")), {"n": "text"}, "A constant for n must be a word in a text column"),
        (missing("n", "median"), {"n": "text"}, "n is text, which has no median: use mode."),
    ],
)
def test_ids_dates_and_money_are_never_filled(step: object, types: dict[str, str], sentence: str) -> None:
    (mistake,) = step.mistakes(types, ("id",))  # type: ignore[attr-defined]
    assert mistake.startswith(sentence)


@pytest.mark.parametrize("how", ["keep", "reject"])
@pytest.mark.parametrize("pg_type", ["numeric(14,2)", "date", "bigint"])
def test_whatever_it_is_it_can_be_kept_or_rejected(how: str, pg_type: str) -> None:
    assert list(missing("id", how).mistakes({"id": pg_type}, ("id",))) == []  # type: ignore[arg-type]
