"""`Serve` in a declaration: what cannot be served is met when the file is read, in one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from sluice import (
    Boolean,
    Column,
    Decimal,
    Derived,
    Duration,
    Files,
    Flow,
    Integer,
    OwnTable,
    Pipeline,
    Range,
    Serve,
    Table,
    Text,
)
from sluice.engine.declare.served import kind_of
from sluice.errors import DeclarationError

TABLE = Table(
    "reading",
    key=("meter", "number"),
    columns=[
        Column("meter", Text(), required=True),
        Column("number", Integer(), required=True),
        Column("kwh", Decimal(10, 3)),
        Column("good", Boolean()),
        Column("limit", Integer()),
        Column("seconds", Duration()),
    ],
)
DAILY = Derived(
    "daily",
    key=("as_of", "meter"),
    columns={"as_of": "date", "meter": "text", "share": "double precision", "notes": "text[]"},
    sql="select 1",
)
GUESS = OwnTable("guess", key=("meter",), columns={"meter": "text", "p": "double precision"}, nullable=("p",))


def declared(*serves: Serve) -> Pipeline:
    return Pipeline(
        "meters",
        flows=[Flow(Files("*", name="reading"), TABLE)],
        derived=[DAILY],
        own_tables=[GUESS],
        serves=serves,
    )


EXPECTED = "expected one of: meter, number, kwh, good, limit, seconds, _input_id, _line."


@pytest.mark.parametrize(
    ("serve", "page", "row"),
    [
        (Serve("reading"), "/tables/reading", "/tables/reading/{meter}/{number}"),
        (Serve("daily"), "/tables/daily", "/tables/daily/{meter}"),
        (Serve("daily", by=("as_of", "meter")), "/tables/daily", "/tables/daily/{as_of}/{meter}"),
        (Serve("daily_latest"), "/tables/daily_latest", "/tables/daily_latest/{meter}"),
        (Serve("guess"), "/tables/guess", "/tables/guess/{meter}"),
        (Serve("reading", route="/r/"), "/r/", None),
        (Serve("reading", route="/m/{meter}/r/{number}"), None, "/m/{meter}/r/{number}"),
        (Serve("daily", route="/m/{id}/today", by={"id": "meter"}), None, "/m/{id}/today"),
    ],
)
def test_addresses_follow_from_the_table_or_are_declared(serve: Serve, page: str | None, row: str | None) -> None:
    (found,) = declared(serve).served
    assert (found.page_route, found.row_route) == (page, row)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"table": "nothing"}, "the pipeline has no such table; expected one of: daily, daily_latest, guess, reading."),
        ({"table": "reading", "filters": ["cost"]}, "Unknown column 'cost'; " + EXPECTED),
        ({"table": "reading", "fields": ["cost", "price"]}, "Unknown columns 'cost', 'price'; " + EXPECTED),
        ({"table": "reading", "describe": {"cost": "x"}}, "Unknown column 'cost'; " + EXPECTED),
        ({"table": "reading", "by": ("meter",)}, "by must have all columns of the key, and lacks number"),
        ({"table": "reading", "by": ("kwh", "meter", "number")}, "by has 'kwh', which may be null"),
        ({"table": "daily", "filters": ["notes"]}, "'notes' is text[], a type that a filter does not support."),
        ({"table": "reading", "filters": [Range("meter")]}, "'meter' is text COLLATE"),
        ({"table": "reading", "filters": [Range("good")]}, "'good' is boolean, a type that a Range does not support."),
        ({"table": "reading", "filters": ["limit"]}, "Two parameters have the name 'limit'"),
        ({"table": "reading", "filters": ["kwh", Range("number", "kwh")]}, "Two parameters have the name 'kwh'"),
        ({"table": "daily", "filters": ["as_of"]}, "Two parameters have the name 'as_of'"),
        ({"table": "reading", "route": "/r/{meter}"}, "route must have all names of by in braces"),
        ({"table": "reading", "route": "/r/{id}", "by": {"id": "meter"}}, "lacks number"),
        ({"table": "reading", "one_of": {"kwh": ("1",)}}, "one_of has 'kwh', which must be a text column"),
        ({"table": "x", "sql": "select 1 as a", "columns": {"a": "bigint"}, "by": ("a",)}, "'a', which may be null"),
    ],
)  # fmt: skip
def test_what_cannot_be_served_is_said_when_it_is_declared(said: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        declared(Serve(**said))
    assert f"Pipeline 'meters': Serve {said['table']!r}: " in str(caught.value)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"route": "r"}, "route='r' must begin with /"),
        ({"route": "/a b"}, "route='/a b' must begin with /"),
        ({"route": "/{A}"}, "route='/{A}' must begin with /"),
        ({"route": "/{a}/{a}"}, "route has {a} twice."),
        ({"by": ("a", "a")}, "by names 'a' twice."),
        ({"sql": "select 1 as a", "by": ("a",)}, "sql and columns go together."),
        ({"sql": "select 1 as a", "columns": {"a": "bigint"}}, "by must name the columns that identify a row"),
        ({"required": ("a",)}, "required needs sql"),
        ({"called": "A row"}, "called='A row' must be a name such as PriceRow."),
    ],
)
def test_what_no_table_could_mean_is_said_at_once(said: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        Serve("t", **said)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("pg_type", "kind"),
    [
        ("bigint", "whole"),
        ("numeric(14,2)", "exact"),
        ("numeric", "exact"),
        ('text COLLATE "C"', "text"),
        ("varchar(20)", "text"),
        ("double precision", "double"),
        ("timestamptz", "moment"),
        ("date", "day"),
        ("timestamp", None),
        ("interval", None),
        ("jsonb", None),
        ("bigint[]", None),
        ("numeric(3,1)[]", None),
        ("numeric(3, 1) []", None),
    ],
)
def test_a_type_is_of_a_kind_or_only_shown(pg_type: str, kind: str | None) -> None:
    assert kind_of(pg_type) == kind


def test_serving_changes_no_revision_of_what_is_loaded() -> None:
    from sluice.engine.registry import Declared

    plain, served = Declared(declared()), Declared(declared(Serve("reading")))
    assert plain.revisions == served.revisions
