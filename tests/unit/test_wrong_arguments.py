"""Every argument of every word of a declaration, wrong: one sentence, a ConfigError, with the place of the call."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sluice import (
    After,
    Array,
    Boolean,
    Bytes,
    Children,
    Choose,
    Column,
    Cron,
    Cursor,
    Daily,
    Date,
    Decimal,
    Derived,
    Duration,
    Every,
    Example,
    Files,
    Float,
    Flow,
    Forecast,
    Generated,
    Hourly,
    HttpApi,
    Identity,
    Inet,
    Integer,
    Json,
    Marker,
    Money,
    Next,
    OwnTable,
    Page,
    Pages,
    Phone,
    Pipeline,
    PostgresQuery,
    Preprocessed,
    Range,
    Record,
    Renamed,
    Rows,
    Serve,
    Split,
    SqlQuery,
    Stable,
    Table,
    Text,
    Time,
    Timestamp,
    Uuid,
    at_least,
    at_most,
    between,
    matches,
    one_of,
    preprocess,
)
from sluice.engine.declare.tables.checks import AtLeast, AtMost, Between, Matches, OneOf
from sluice.errors import ConfigError, DeclarationError


def no_rows() -> list[Any]:
    return []


KEY = Column("id", Integer(), required=True)
TABLE = Table("t", key=("id",), columns=[KEY])
LINES = Table("l", key=("id", "position"), columns=[KEY, Column("position", Integer(), required=True)])

# a right call of each, by all of its arguments
RIGHT: list[tuple[Any, dict[str, Any]]] = [
    (Column, {"name": "a", "type": Text(), "header": "A", "required": True, "check": matches("x"), "nulls": ("-",),
              "must_exist": True, "pii": "name", "renamed_from": ("mass",), "mask": False, "default": None}),
    (Generated, {"name": "a", "pg_type": "text", "expression": "'a'"}),
    (Table, {"name": "t", "key": ("id",), "columns": [KEY], "on_conflict": "update", "generated": (), "indexes": (),
             "adopt": True, "expire_after": "90 days", "expire_by": None, "partition_by": None,
             "partition_unit": "month", "valid_from": "valid_from", "valid_to": "valid_to", "versions_by": None,
             "removed_at": "gone", "children": ()}),
    (Identity, {"name": "id"}),
    (Children, {"of": "lines", "table": LINES, "position": "position", "name": "lines"}),
    (Record, {"type": "H", "table": TABLE, "header": ("type", "id"), "name": "heads"}),
    (Split, {"files": Files("*", delimiter="|"), "records": [Record("H", TABLE)], "by": "kind", "ignore": ("T",)}),
    (Files, {"pattern": "*", "delimiter": ";", "name": "files", "encoding": "cp1252", "skip": 1, "header": ("id",),
             "snapshot": False, "strict_quotes": True, "line_breaks": False, "sheet": "a", "watch": True,
             "ready": Marker(".ok"), "quote": "'", "escape": "^", "footer": 1, "widths": None}),
    (Stable, {"seconds": 2.0, "without_newline": 60.0}),
    (Marker, {"suffix": ".done"}),
    (Renamed, {"from_": ".part"}),
    (Hourly, {"minute": 5, "tz": "UTC", "catch_up": "each"}),
    (Every, {"interval": timedelta(minutes=10), "tz": "UTC", "catch_up": "each"}),
    (After, {"catch_up": "each"}),
    (Cron, {"fields": "0 3 * * *", "tz": "UTC", "catch_up": "each"}),
    (HttpApi, {"url": "https://a.b/c", "name": "a", "base": None, "token": "SLUICE_A_API_TOKEN", "records": "data",
               "pages": Pages(), "params": {"a": 1}, "error_keys": ("error",), "timeout_s": 1.5, "total_s": 60,
               "max_bytes": 1, "max_pages": 1, "tries": 1, "snapshot": False}),
    (Pages, {"size": 1, "size_param": "size", "page_param": "page", "first": 1, "more": "a", "total": "b",
             "total_pages": "c", "short_is_last": False}),
    (Cursor, {"next": "a", "param": "cursor", "optional": False, "more": "b", "total": "c", "end": "0",
              "same_is_last": False, "empty_is_last": False}),
    (Next, {"url": "a", "optional": True, "more": "b", "total": "c", "empty_is_last": False}),
    (SqlQuery, {"sql": "select 1", "name": "q", "database": "SLUICE_A_DATABASE_URL", "watermark": "at",
                "overlap": 1, "snapshot": False, "statement_timeout_s": 1.0}),
    (Rows, {"function": no_rows, "name": "r", "snapshot": False, "timeout_s": 1.5, "total_s": 5}),
    (PostgresQuery, {"sql": "select 1", "name": "q", "database": "SLUICE_A_DATABASE_URL", "watermark": "at",
                     "overlap": timedelta(1), "snapshot": False, "statement_timeout_s": 1.0}),
    (Flow, {"source": Files("*"), "table": TABLE, "transform": None, "part_time_limit_s": 5.0}),
    (Pipeline, {"name": "p", "source": Files("*"), "table": TABLE, "schedule": Daily("01:00"), "transform": None,
                "flows": (), "derived": (), "part_time_limit_s": 5.0, "undo_days": 7, "own_tables": (),
                "serves": [Serve("t")], "about": "Things.", "report": None, "forecast": None, "tests": [],
                "splits": ()}),
    (Example, {"row": {"a": "1"}, "expected": {"a": 1}, "rejected": None, "source": "files"}),
    (Serve, {"table": "t", "route": "/t/", "by": ("id",), "filters": ("id", Range("id")), "fields": ("id",),
             "describe": {"id": "Its number."}, "one_of": {"id": ("a",)}, "example": {"id": 1}, "sql": "select 1 as id",
             "columns": {"id": "bigint"}, "required": ("id",), "leave_out": "id < 0", "summary": "Things",
             "doc": "All things.", "called": "Thing", "missing": ("no_such_thing", "There is no thing {id}.")}),
    (Range, {"column": "a", "start": "since", "end": "until", "end_excluded": True}),
    (OwnTable, {"name": "t", "key": ("a",), "columns": {"a": "date", "n": "bigint"}, "nullable": (), "numbered": "n",
                "filled_by": "sluice forecast t"}),
    (Page, {"html": "<p>", "about": "as of today", "facts": {"rows": 1}}),
    (Forecast, {"facts": {"rows": 1}, "text": "1 row"}),
    (Daily, {"at": "01:00", "tz": "UTC", "catch_up": "latest", "deadline": "02:00"}),
    (Derived, {"name": "d", "key": ("a",), "columns": {"a": "text", "b": "text"}, "sql": "select {changed(a)}",
               "changed_keys": "select 1", "incremental_sql": None, "partition_by": "a",
               "params": {}, "value": "b", "counted_by": "b",
               "explains": {"a": "select 1"}, "indexes": [("b",)], "lookups": [("b",)], "covers": ("s",),
               "rare": {"b": "b = 'x'"}, "without_expired": True}),
    (Preprocessed, {"name": "p", "of": "d", "steps": [preprocess.month("a")], "fitted": "once", "partition_by": None,
                    "params": {}, "value": None, "counted_by": None, "explains": {}, "indexes": (), "lookups": (),
                    "rare": {}}),
    (Text, {"max_length": 3, "verbatim": True}),
    (Integer, {"thousands": ","}),
    (Decimal, {"precision": 14, "scale": 2, "thousands": ",", "point": ".", "accounting": True}),
    (Money, {"currency": "USD", "precision": 14, "scale": 2, "thousands": ",", "point": ".", "words": ("bucks",),
             "accounting": True}),
    (Float, {"point": ","}),
    (Phone, {"region": "KE"}),
    (Bytes, {"form": "hex"}),
    (Array, {"of": Text()}),
    (Duration, {"minutes": True}),
    (Timestamp, {"tz": "UTC", "first_year": 1950}),
    (Date, {"first_year": 1950}),
    (AtLeast, {"bound": 1}),
    (AtMost, {"bound": 1}),
    (Between, {"low": 1, "high": 2}),
    (Matches, {"pattern": "x"}),
    (OneOf, {"values": ("a",), "code": "b"}),
    (preprocess.Statistic, {"kind": "mean", "column": "a", "within": ()}),
]  # fmt: skip
POSITIONAL = {After: ("a",), Timestamp: ("%y-%m-%d",), Date: ("%y-%m-%d",)}
WRONG = [Text, at_least, object(), 1j, {1: 2}, [3j], b"bytes", {4}]
HERE = str(Path(__file__))


class Thing:
    """Of no kind that a declaration knows."""


def wrong_for(word: Any, name: str) -> list[Any]:
    """Values that no argument takes, but for those that take a function, or any value."""
    if name in ("transform", "report", "forecast"):
        return [Text, Thing(), 1, "text", {1: 2}]
    return [*WRONG, Thing, Thing()]


@pytest.mark.parametrize(
    ("word", "right", "name"),
    [pytest.param(word, right, name, id=f"{word.__name__}.{name}") for word, right in RIGHT for name in right],
)
def test_a_wrong_value_of_any_argument_is_a_sentence_with_its_place(
    word: Any, right: dict[str, Any], name: str
) -> None:
    positional = POSITIONAL.get(word, ())
    word(*positional, **right)
    for value in wrong_for(word, name):
        with pytest.raises(DeclarationError) as caught:
            word(*positional, **right | {name: value})
        line = inspect.currentframe().f_lineno - 1  # type: ignore[union-attr]
        assert caught.value.place == f"{HERE}:{line}"
        sentence = str(caught.value)
        assert name in sentence, sentence
        assert len(sentence.splitlines()) == 1
        assert "object at 0x" not in sentence


def test_all_words_and_all_of_their_arguments_are_in_the_table() -> None:
    import sluice

    known = {word for word, _ in RIGHT}
    words = [getattr(sluice, name) for name in sluice.__all__]
    # Choose has no right call: it is an error wherever it stands
    bare = (Time, Boolean, Json, Uuid, Inet, Choose)
    words = [each for each in words if isinstance(each, type) and each not in bare]
    assert [each.__name__ for each in words if each not in known] == []
    for word, right in RIGHT:
        arguments = {each.name for each in dataclasses.fields(word) if each.init} - {"base", "formats", "pipelines"}
        assert arguments - set(right) <= {"least", "where"}, word


@pytest.mark.parametrize("type_", [Text, Integer, Decimal, Money, Date, Timestamp, Duration, Boolean, Phone])
def test_a_class_in_the_place_of_a_type_says_what_to_write(type_: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        Column("a", type_)
    name = type_.__name__
    assert str(caught.value) == (
        f"Column 'a': type must be a column type such as Text(), not the class {name}: write {name}(...)."
    )


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Table("t", key="ref", columns=[KEY]),
         "Table 't': key must be a list or tuple, each item text, not the text 'ref': write key=('ref',)."),
        (lambda: Table("t", key=("id",), columns=KEY),
         "Table 't': columns must be a list or tuple, each item a Column, not a Column."),
        (lambda: Table("t", key=("id",), columns=[KEY, Text()]),
         "Table 't': columns must be a list or tuple, each item a Column, not one with a Text."),
        (lambda: Table("t", key=("id",), columns=[KEY, Column]),
         "Table 't': columns must be a list or tuple, each item a Column, not one with the class Column: write Column(...)."),  # noqa: E501
        (lambda: Table("t", key=("id", "id"), columns=[KEY]), "Table 't': Key column 'id' is named twice."),
        (lambda: Table("t", key=("no",), columns=[KEY]), "Table 't': Key column 'no' is not among its columns."),
        (lambda: Table("t", key=("id",), columns=[Column("id", Integer())]),
         "Table 't': Key column 'id' must be required=True: a key must not be empty."),
        (lambda: Table("t", key=("id",), columns=[KEY, KEY]), "Table 't': Column 'id' is declared twice."),
        (lambda: Column("a", Text(), check=at_least),
         "Column 'a': check must be a check such as at_least(0), not the function at_least: write at_least(...)."),
        (lambda: Column("a", Text(), check=AtLeast),
         "Column 'a': check must be a check such as at_least(0), not the class AtLeast: write AtLeast(...)."),
        (lambda: Column("a", Text(), requird=True),
         "Column: got an unexpected keyword argument 'requird'; did you mean required=?"),
        (lambda: Column("a", Text(), source="A"),
         "Column: got an unexpected keyword argument 'source'; it is now header=."),
        (lambda: Column("a"), "Column: missing a required argument: 'type'."),
        (lambda: Pipeline("p", Files, TABLE),
         "Pipeline 'p': source must be a Files, a HttpApi, a PostgresQuery, a Rows or a SqlQuery, not the class Files: write Files(...)."),  # noqa: E501
        (lambda: Pipeline("p", Files("*"), TABLE, schedule="01:00"),
         "Pipeline 'p': schedule must be a Daily, a Hourly, an Every, a Cron or an After, not the text '01:00'."),
        (lambda: Files("*", skip=True), "Files: skip must be a whole number, not True."),
        (lambda: Files("*", header="id,name"),
         "Files: header must be a list or tuple, each item text, not the text 'id,name': write header=('id,name',)."),
        (lambda: Flow(Files("*", header=("ID ", "id")), TABLE),
         "Flow into 't': every file would be refused: header=... has the name 'id' more than once."),
        (lambda: Flow(Files("*", header=("ident",)), TABLE),
         "Flow into 't': every file would be refused: header=... lacks 'id', which is required."),
        (lambda: Derived("d", ("a",), {"a": int}, sql="select 1"),
         "Derived 'd': columns must be a dict, each value text, not one with the class int under 'a'."),
        (lambda: Derived("d", ("a",), {"a": "text"}, sql="select 1", indexes=["a"]),
         "Derived 'd': indexes must be a list or tuple, each item a list or tuple, each item text, not one with the text 'a': write ('a',)."),  # noqa: E501
        (Date, 'Date() needs a format, e.g. Date("%Y-%m-%d").'),
        (lambda: Date("%Y-%m-%d", 5), "Date: formats must be text, not 5."),
        (lambda: Date("%Y-%m-%d", tz="UTC"), "Date: got an unexpected keyword argument 'tz'."),
        (lambda: one_of(["a", "b"]), None),
        (lambda: between("a", None), None),
        (lambda: at_most(None), None),
        (lambda: matches(5), None),
    ],
)  # fmt: skip
def test_a_mistake_has_its_sentence(make: Callable[[], object], sentence: str | None) -> None:
    with pytest.raises(DeclarationError) as caught:
        make()
    assert caught.value.place.startswith(f"{HERE}:")
    assert sentence is None or str(caught.value) == sentence


def test_repeated_names_that_no_column_wants_may_stand_in_a_header() -> None:
    Flow(Files("*", header=("_", "_", "id")), TABLE)


def test_a_mistake_that_replace_makes_is_placed_where_it_is_called() -> None:
    with pytest.raises(DeclarationError) as caught:
        dataclasses.replace(TABLE, key="id")
    assert caught.value.place == f"{HERE}:{inspect.currentframe().f_lineno - 1}"  # type: ignore[union-attr]


def test_a_value_of_a_source_is_not_told_for_it_may_be_a_secret() -> None:
    with pytest.raises(DeclarationError) as caught:
        HttpApi("https://a.b/c", "a", params={"key": ["hunter2"]})  # type: ignore[dict-item]
    assert "hunter2" not in str(caught.value)


def test_the_error_survives_the_trip_to_another_process() -> None:
    import pickle

    error = DeclarationError("a.py:3", "It is wrong.")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (again.place, str(again), again.args) == ("a.py:3", "It is wrong.", error.args)
