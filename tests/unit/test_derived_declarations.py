"""Derived tables, flows and pipelines of several: each mistake of a declaration has its sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sluice.engine.declare import Column, Derived, Files, Flow, Pipeline, Table
from sluice.engine.steps.build import definition_of
from sluice.engine.types import Integer
from sluice.errors import ConfigError
from sluice.pipelines.customer_ltv import pipeline as customer_ltv

DAY = date(2023, 12, 31)
COLUMNS = {"as_of": "date", "id": "bigint", "n": "bigint"}
SQL = "select %(as_of)s::date as as_of, id, count(*) as n from {letters} where {changed(id)} group by id"


def derived(**other: Any) -> Derived:
    return Derived(**{"name": "sums", "key": ("as_of", "id"), "columns": COLUMNS, "sql": SQL} | other)


def flow(source: str = "letters", table: str = "letters", **files: Any) -> Flow:
    return Flow(
        Files(f"{source}*.csv", name=source, **files),
        Table(table, key=("id",), columns=[Column("id", Integer(), required=True)]),
    )


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"key": ()}, "key must not be empty: name the columns that identify a row, key=(...)."),
        ({"key": ("as_of", "who")}, "Column 'who' is not among its columns."),
        ({"value": "money"}, "Column 'money' is not among its columns."),
        ({"counted_by": "kind"}, "Column 'kind' is not among its columns."),
        ({"partition_by": "day", "changed_keys": "select 1"}, "Column 'day' is not among its columns."),
        ({"columns": COLUMNS | {"built_at": "date"}}, "Sluice adds the column built_at by itself."),
        ({"params": {"as_of": 1}}, "as_of is set by each run; params must not name it."),
        ({"partition_by": "id"}, "partition_by and changed_keys go together."),
        ({"changed_keys": "select 1"}, "partition_by and changed_keys go together."),
        (
            {"partition_by": "id", "changed_keys": "select 1", "incremental_sql": "select 1"},
            "Declare incremental_sql, or partition_by and changed_keys; not both.",
        ),
        (
            {"partition_by": "id", "changed_keys": "select 1", "sql": "select 1"},
            "Its sql has no {changed(...)}, so it cannot compute the changed keys alone.",
        ),
    ],
)
def test_each_mistake_of_a_derived_table_has_its_sentence(other: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        derived(**other)
    assert str(caught.value) == f"Derived table 'sums': {sentence}"


def test_a_derived_table_names_all_its_mistakes_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        derived(key=(), value="money", changed_keys="select 1")
    assert str(caught.value) == (
        "Derived table 'sums': key must not be empty: name the columns that identify a row, key=(...). "
        "Column 'money' is not among its columns. partition_by and changed_keys go together."
    )


@pytest.mark.parametrize("name", ["Sums", "sums; drop table x", 'su"ms', ""])
def test_its_names_are_plain_identifiers(name: str) -> None:
    with pytest.raises(ConfigError, match="a name must have at most 59 lower-case letters, digits and _"):
        derived(name=name)
    with pytest.raises(ConfigError, match="a name must have at most 59 lower-case letters, digits and _"):
        derived(columns=COLUMNS | {name: "text"})


def test_a_snapshot_needs_a_table_that_is_updated() -> None:
    with pytest.raises(ConfigError) as caught:
        flow(snapshot=True)
    assert str(caught.value) == (
        "Flow into 'letters': a snapshot has rows that are loaded already, so its table needs"
        " on_conflict='update' or 'history'."
    )


@pytest.mark.parametrize(
    ("declared", "sentence"),
    [
        ({"flows": [flow(), flow(table="b")]}, "Two sources are called 'letters': give each a name of its own."),
        ({"flows": [flow(), flow("b")]}, "Two tables are called 'letters': give each a name of its own."),
        (
            {"flows": [flow()], "derived": [derived(name="letters")]},
            "Two tables are called 'letters': give each a name of its own.",
        ),
        (
            {"flows": [flow("words", "words")], "derived": [derived()]},
            "Derived table 'sums' reads {letters}, which is not a source.",
        ),
        (
            {"flows": [flow()], "derived": [derived(explains={"behind": "select * from {posts}"})]},
            "Derived table 'sums' reads {posts}, which is not a source.",
        ),
        ({}, "declare source= and table=, or flows=[Flow(source, table), ...], not both."),
        ({"source": Files("*.csv")}, "declare source= and table=, or flows=[Flow(source, table), ...], not both."),
        (
            {"flows": [flow()], "source": Files("*.csv")},
            "declare source= and table=, or flows=[Flow(source, table), ...], not both.",
        ),
        (
            {"flows": [flow()], "transform": lambda frame: frame},
            "declare source= and table=, or flows=[Flow(source, table), ...], not both.",
        ),
    ],
)
def test_each_mistake_of_a_pipeline_has_its_sentence(declared: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Pipeline("post", **declared)
    assert str(caught.value) == f"Pipeline 'post': {sentence}"


def test_one_source_is_a_flow_like_any_other() -> None:
    one = flow()
    assert list(Pipeline("post", one.source, one.table).flows) == [one]


def test_a_source_that_is_not_declared_any_more_is_named() -> None:
    with pytest.raises(ConfigError) as caught:
        Pipeline("post", flows=[flow()]).flow("words")
    assert str(caught.value) == "Pipeline 'post' has no source 'words' any more: run its files again."


DATED = Pipeline("post", flows=[flow()], derived=[derived()])
UNDATED = Pipeline("post", flows=[flow()], derived=[derived(key=("id",), columns={"id": "bigint", "n": "bigint"})])
PLAIN = Pipeline("post", flows=[flow()])


@pytest.mark.parametrize(
    ("pipeline", "run", "sentence"),
    [
        (
            DATED,
            {"has_inputs": True, "as_of": None},
            (
                "post is built for a date, so that the same files give the same table on any day: "
                "give it with --as-of YYYY-MM-DD."
            ),
        ),
        (
            UNDATED,
            {"has_inputs": True, "as_of": DAY},
            "post has no table that is built for a date: leave out --as-of.",
        ),
        (PLAIN, {"has_inputs": True, "as_of": DAY}, "post has no table that is built for a date: leave out --as-of."),
        (PLAIN, {"has_inputs": False, "as_of": None}, "Nothing to load: name files for post."),
    ],
)
def test_a_run_without_its_date_or_its_files_is_refused(pipeline: Pipeline, run: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        pipeline.check_run(**run)
    assert str(caught.value) == sentence


def test_a_date_after_tomorrow_must_be_allowed() -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    DATED.check_run(has_inputs=True, as_of=tomorrow)
    for day in (tomorrow + timedelta(days=2), date(2924, 12, 31), date.max):
        with pytest.raises(
            ConfigError, match=rf"must not be later than tomorrow \(20.*\), not {day}: .* --allow-future"
        ):
            DATED.check_run(has_inputs=True, as_of=day)
        DATED.check_run(has_inputs=True, as_of=day, allow_future=True)


def test_derived_tables_are_built_without_files() -> None:
    DATED.check_run(has_inputs=False, as_of=DAY)
    UNDATED.check_run(has_inputs=False, as_of=None)
    PLAIN.check_run(has_inputs=True, as_of=None)
    assert (DATED.dated, UNDATED.dated, PLAIN.dated) == (True, False, False)


@pytest.mark.parametrize(
    "other",
    [
        {"name": "others"},
        {"key": ("id",)},
        {"columns": COLUMNS | {"n": "integer"}},
        {"sql": SQL + " "},
        {"params": {"least": 1}},
        {"incremental_sql": "select 1"},
        {"partition_by": "id", "changed_keys": "select id from {letters}"},
    ],
)
def test_whatever_decides_a_row_makes_another_definition(other: dict[str, Any]) -> None:
    assert derived(**other).definition != derived().definition


def test_what_is_only_told_of_a_row_makes_no_other_definition() -> None:
    told = derived(value="n", counted_by="n", explains={"behind": "select 1"})
    assert told.definition == derived().definition
    assert derived(columns=dict(reversed(COLUMNS.items()))).definition == derived().definition
    assert derived(params={"a": 1, "b": 2}).definition == derived(params={"b": 2, "a": 1}).definition


def test_the_definition_of_a_pipeline_is_that_of_all_its_derived_tables() -> None:
    ltv, orphans = customer_ltv.derived
    longer = replace(customer_ltv, derived=[replace(ltv, params={**ltv.params, "lifespan_years": 4.0}), orphans])
    assert definition_of(longer) != definition_of(customer_ltv)
    assert definition_of(replace(customer_ltv, derived=[ltv, orphans])) == definition_of(customer_ltv)
    assert definition_of(replace(customer_ltv, derived=[ltv])) != definition_of(customer_ltv)
