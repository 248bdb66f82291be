"""Rows that are to have no value: null is no gap there, and nothing is put in."""

from __future__ import annotations

from sluice.engine.preprocess import Outcome, missing
from tests.unit.preprocess.applied import apply, column, frame

TYPES = {"id": "bigint", "age": "smallint", "_missing_age_among": "boolean"}
ROWS = (("1", None, "true"), ("2", None, "false"), ("3", "30", "true"), ("4", None, "true"))
KNOWN = {"median_age": {(): 40.0}}


def _flags(found: Outcome) -> list[object]:
    return list(column(found.frame, "age_was_missing"))


def test_a_null_among_other_rows_is_not_missing() -> None:
    found = apply(missing("age", among="kind = 'person'"), frame(TYPES, *ROWS))
    assert (_flags(found), found.changed) == ([True, False, False, True], {"missing": 2})


def test_nothing_is_put_into_other_rows() -> None:
    found = apply(missing("age", "median", among="kind = 'person'"), frame(TYPES, *ROWS), KNOWN)
    assert column(found.frame, "age") == [40, None, 30, 40]
    assert (_flags(found), found.changed) == ([True, False, False, True], {"missing": 2, "filled": 2})


def test_other_rows_are_not_quarantined() -> None:
    found = apply(missing("age", "reject", among="kind = 'person'"), frame(TYPES, *ROWS))
    assert column(found.frame, "quarantined") == [True, False, False, True]


def test_which_rows_they_are_comes_along_with_them_and_unknown_is_no() -> None:
    step = missing("age", among="kind = 'person'")
    assert dict(step.scope.expressions) == {"_missing_age_among": ("coalesce(kind = 'person', false)", "boolean")}
