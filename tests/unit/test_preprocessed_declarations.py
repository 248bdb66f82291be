"""Preprocessed tables: their columns, and each mistake of a declaration with its sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sluice import preprocess
from sluice.engine.declare import Column, Derived, Files, Flow, Pipeline, Preprocessed, Table
from sluice.engine.preprocess import Outcome, Statistic, Step
from sluice.engine.steps.build import definition_of
from sluice.engine.types import Integer
from sluice.errors import ConfigError

FLOW = Flow(
    Files("sales*.csv", name="sales"), Table("sale", key=("id",), columns=[Column("id", Integer(), required=True)])
)
CLEAN = Derived(
    "clean",
    key=("id",),
    columns={"id": "bigint", "age": "smallint", "price": "numeric(14,2)", "day": "date", "kind": 'text COLLATE "C"'},
    sql="select * from {sales} s",
    params={"least": 1},
)


def as_it_is(frame: Any, known: Any) -> Outcome:
    return Outcome(frame, {})


def declared(*steps: Any, clean: Derived = CLEAN, **other: Any) -> Pipeline:
    return Pipeline("till", flows=[FLOW], derived=[clean, Preprocessed("ready", of="clean", steps=steps, **other)])


def test_it_has_the_columns_of_its_table_then_what_its_steps_add_with_the_marks_behind_the_last_that_sets_any() -> None:
    pipeline = declared(
        preprocess.missing("age"),
        preprocess.missing("price", "reject"),
        preprocess.abnormal("price", at_least=0),
        preprocess.age_group(),
        value="price",
    )
    (_, ready) = pipeline.derived
    assert list(ready.columns.items())[5:] == [
        ("age_was_missing", "boolean"),
        ("price_was_missing", "boolean"),
        ("is_abnormal", "boolean"),
        ("abnormal", "text"),
        ("quarantined", "boolean"),
        ("age_group", "text"),
    ]
    assert ready.names[:5] == ("id", "age", "price", "day", "kind")
    assert (ready.key, ready.dated, ready.params, ready.sources()) == (("id",), False, {"least": 1}, set())


def test_marks_that_no_step_sets_are_not_there() -> None:
    assert declared(preprocess.month("day")).derived[1].names[5:] == ("month",)


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (
            preprocess.missing("aeg"),
            "Step 'missing_aeg': Unknown column 'aeg'; expected one of: id, age, price, day, kind.",
        ),
        (preprocess.month("price"), "Step 'month': price must be a date column, not numeric(14,2)."),
        (preprocess.month("day", into="age"), "Step 'age': It adds the column 'age', which already exists."),
        (
            preprocess.month("day", into="built_at"),
            "Step 'built_at': It adds the column 'built_at', which already exists.",
        ),
        (
            preprocess.month("day", into="Month"),
            "Step 'Month': 'Month' is not a valid column name: use lower-case letters, digits and _ (at most 59).",
        ),
        (
            preprocess.abnormal("price", outliers=preprocess.fence(within=("group",))),
            (
                "Step 'abnormal_price': Unknown column 'group'; expected one of: id, age, price, day, kind,"
                " is_abnormal, abnormal."
            ),
        ),
        (
            Step("own", as_it_is, needs=(), statistics=(Statistic("mean", "price", ("sort",)),)),
            "Step 'own': clean does not have the column 'sort' of a statistic.",
        ),
        (
            Step("own", as_it_is, needs=(), statistics=(Statistic("mean", "age"), Statistic("mean", "age", ("kind",)))),
            "Step 'own': It has two statistics 'mean_age'.",
        ),
        (
            Step("own", as_it_is, needs=(), adds={"n": "money"}),
            (
                "Step 'own': Steps do not support the type 'money'; expected one of: bigint, boolean, date, double"
                " precision, integer, smallint, text, timestamp with time zone, timestamptz, numeric(p, s)."
            ),
        ),
        (
            preprocess.scaled("age", into="z", within=("price",)),
            "Step 'z': The column 'price' of a group must be text, integer or date, not numeric(14,2).",
        ),
        (
            Step("own", as_it_is, needs=(), expressions={"age": ("1", "bigint")}),
            "Step 'own': It has an expression 'age', which is already a column.",
        ),
    ],
)
def test_each_mistake_of_a_step_names_pipeline_table_step_and_column(step: Any, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        declared(step)
    assert str(caught.value) == f"Pipeline 'till': Preprocessed table 'ready': {sentence}"


def test_when_it_is_fitted_is_one_of_two_words() -> None:
    with pytest.raises(ConfigError) as caught:
        declared(fitted="never")
    assert str(caught.value) == "Preprocessed 'ready': fitted must be 'once' or 'each build', not the text 'never'."


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: declared(preprocess.month("day"), preprocess.month("day")),
            (
                "Two steps are called 'month': give each a name of its own. "
                "Step 'month': It adds the column 'month', which already exists."
            ),
        ),
        (lambda: declared(counted_by="kin"), "Column 'kin' is not among its columns."),
        (
            lambda: declared(
                preprocess.abnormal("price", at_least=0),
                clean=replace(CLEAN, columns={**CLEAN.columns, "abnormal": "text"}),
            ),
            "clean already has a column 'abnormal', which its steps set.",
        ),
    ],
)
def test_each_mistake_of_a_table_has_its_sentence(make: Any, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make()
    assert str(caught.value) == f"Pipeline 'till': Preprocessed table 'ready': {sentence}"


@pytest.mark.parametrize(
    "derived", [[Preprocessed("ready", of="clean", steps=()), CLEAN], [Preprocessed("ready", "x", ())]]
)
def test_its_table_is_declared_before_it(derived: list[Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        Pipeline("till", flows=[FLOW], derived=derived)
    assert str(caught.value) == (
        f"Pipeline 'till': Preprocessed table 'ready' has the base table {derived[0].of!r}: declare that derived table"
        " before it."
    )


def test_outside_of_a_pipeline_its_table_is_not_known() -> None:
    with pytest.raises(
        ConfigError, match=r"^Preprocessed table 'ready' is not in a pipeline, so its base table 'clean' is unknown"
    ):
        _ = Preprocessed("ready", of="clean", steps=()).definition


def test_another_table_under_it_is_taken_when_the_pipeline_is_declared_again() -> None:
    pipeline = declared(preprocess.month("day"))
    wider = replace(CLEAN, columns={**CLEAN.columns, "n": "bigint"})
    again = replace(pipeline, derived=[wider, pipeline.derived[1]])
    assert "n" in again.derived[1].columns
    assert definition_of(again) != definition_of(pipeline)


@pytest.mark.parametrize(
    "other",
    [
        declared(preprocess.age_group(bands=(18, 30))),
        declared(preprocess.age_group(), preprocess.month("day")),
        declared(preprocess.age_group(), fitted="each build"),
        declared(preprocess.age_group(), clean=replace(CLEAN, sql="select 1 from {sales}")),
    ],
)
def test_whatever_decides_a_row_makes_another_definition(other: Pipeline) -> None:
    assert other.derived[1].definition != declared(preprocess.age_group()).derived[1].definition
