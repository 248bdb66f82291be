"""Values of a query, of every type that PostgreSQL has: loaded exactly, or a reject, never another value."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as Exact
from typing import Any

import pytest

from sluice import (
    Boolean,
    Column,
    Date,
    Decimal,
    Duration,
    Integer,
    Money,
    Phone,
    Pipeline,
    PostgresQuery,
    Table,
    Text,
    Timestamp,
)
from sluice.engine.types import ColumnType
from tests.kit.in_process import InProcess
from tests.kit.source_shop import SETTING, Shop

TIMES = Timestamp(*PostgresQuery.TIMES)
LOCAL = Timestamp("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", tz="Africa/Nairobi")
EUROPEAN = Decimal(30, 15, thousands=".", point=",")


def values_of(cases: list[tuple[ColumnType, str]], engine: InProcess) -> list[Any]:
    """Each expression's value in the table, or the code of its reject in brackets: each has a column and a row."""
    columns = [Column("id", Integer(), required=True)]
    columns += [Column(f"v{n}", kind) for n, (kind, _) in enumerate(cases)]
    asked = ", ".join(f"case when id = {n} then {expression} end as v{n}" for n, (_, expression) in enumerate(cases))
    sql = f"select id, {asked} from generate_series(0, {len(cases) - 1}) as id order by id"
    source = PostgresQuery(sql, name="odd", database=SETTING)
    engine.use(Pipeline("odd", source, Table("odd_value", ("id",), columns, "update")))
    assert engine.finish(engine.register())["read"] == len(cases)
    names = ", ".join(f"v{n}" for n in range(len(cases)))
    found = {row[0]: row[1 + row[0]] for row in engine.sql(f"select id, {names} from odd_value")}
    found |= {line - 2: f"[{code}]" for line, code in engine.sql("select line, code from sluice.reject")}
    return [found[n] for n in range(len(cases))]


CASES: list[tuple[ColumnType, str, Any]] = [
    # floats, as from JSON
    (Decimal(30, 15), "1e-05::float8", Exact("0.00001")),
    (Decimal(38, 10), "1e15::float8", Exact(10**15)),
    (Decimal(38, 10), "-1.5e20::float8", Exact(-15 * 10**19)),
    (Decimal(30, 15), "0.1::float8 + 0.2", "[too_precise]"),
    (Decimal(30, 17), "0.1::float8 + 0.2", Exact("0.30000000000000004")),
    (Decimal(30, 15), "1e-12::float8", Exact("0.000000000001")),
    (Decimal(30, 15), "-0.0::float8", Exact(0)),
    (Decimal(30, 15), "1e300::float8", "[not_decimal]"),
    (Decimal(30, 15), "5e-324::float8", "[not_decimal]"),
    (Decimal(30, 15), "1e40::float8", "[out_of_range]"),
    (Decimal(30, 15), "1e41::float8", "[not_decimal]"),
    (Decimal(30, 15), "'NaN'::float8", "[not_decimal]"),
    (Decimal(30, 15), "'-Infinity'::float8", "[not_decimal]"),
    (Decimal(30, 15), "0.1::float4", Exact("0.1")),
    (Decimal(30, 15), "1e-5::float4", Exact("0.00001")),
    (Decimal(38, 15), "1e20::float4", Exact(10**20)),
    (Money("USD", 30, 10), "1e-05::float8", Exact("0.00001")),
    (Money("USD", 30, 10), "'NaN'::float8", "[not_money]"),
    (Integer(), "1e15::float8", 10**15),
    (Integer(), "1e18::float8", 10**18),
    (Integer(), "1e19::float8", "[out_of_range]"),
    (Integer(), "1e-5::float8", "[not_integer]"),
    (Integer(thousands="."), "1.234::float8", "[not_integer]"),
    (Text(), "1e-05::float8", "0.00001"),
    (Text(), "1e300::float8", "1e+300"),
    (Boolean(), "1::float8", True),
    (Phone("KE"), "254712345678::float8", "+254712345678"),
    # a decimal comma
    (EUROPEAN, "1.234::float8", Exact("1.234")),
    (EUROPEAN, "1e-05::float8", Exact("0.00001")),
    (EUROPEAN, "1.234::numeric", Exact("1.234")),
    (EUROPEAN, "1234.5::numeric(10,3)", Exact("1234.5")),
    (EUROPEAN, "1234::bigint", Exact(1234)),
    (EUROPEAN, "'1.234'::text", Exact(1234)),
    (EUROPEAN, "'1,5'::text", Exact("1.5")),
    (Money("EUR", 20, 3, thousands=".", point=","), "1.234::numeric", Exact("1.234")),
    (Decimal(20, 3, point=","), "1.5::float4", Exact("1.5")),
    (Integer(thousands="."), "1.234::numeric", "[not_integer]"),
    # numeric and integers
    (Decimal(20, 4), "'NaN'::numeric", "[not_decimal]"),
    (Decimal(20, 4), "'Infinity'::numeric", "[not_decimal]"),
    (Decimal(20, 4), "12345678901234567890.12345::numeric", "[too_precise]"),
    (Decimal(38, 20), "1e-20::numeric", Exact("1e-20")),
    (Decimal(20, 4), "1.10::numeric", Exact("1.1")),
    (Integer(), "9223372036854775807::numeric", 2**63 - 1),
    (Integer(), "9223372036854775808::numeric", "[out_of_range]"),
    (Integer(), "'NaN'::numeric", "[not_integer]"),
    (Integer(), "(-32768)::smallint", -32768),
    (Integer(), "4294967295::oid", 4294967295),
    # booleans, and what is none
    (Boolean(), "true", True),
    (Boolean(), "false", False),
    (Boolean(), "2", "[not_boolean]"),
    # dates and times
    (Date("%Y-%m-%d"), "'2024-02-29'::date", date(2024, 2, 29)),
    (Date("%Y-%m-%d"), "'infinity'::date", "[bad_date]"),
    (Date("%Y-%m-%d"), "'-infinity'::date", "[bad_date]"),
    (Date("%Y-%m-%d"), "'0044-03-15 BC'::date", "[bad_date]"),
    (Date("%Y-%m-%d"), "'12024-01-01'::date", "[bad_date]"),
    (Date("%Y-%m-%d"), "'0001-01-01'::date", date(1, 1, 1)),
    (Date("%Y-%m-%d"), "'2024-02-29'::timestamp", "[bad_date]"),
    (TIMES, "'2024-03-31 01:30:00+01'::timestamptz", datetime(2024, 3, 31, 0, 30, tzinfo=UTC)),
    (TIMES, "'2024-05-01 10:00:00.123456+00'::timestamptz", datetime(2024, 5, 1, 10, 0, 0, 123456, tzinfo=UTC)),
    (TIMES, "'infinity'::timestamptz", "[bad_date]"),
    (TIMES, "'0044-03-15 12:00:00+00 BC'::timestamptz", "[bad_date]"),
    (TIMES, "'10000-01-01 00:00:00+00'::timestamptz", "[bad_date]"),
    (TIMES, "'9999-12-31 23:59:59.999999+00'::timestamptz", datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
    (TIMES, "'2024-01-01 10:00:00'::timestamp", "[bad_date]"),
    (LOCAL, "'2024-01-01 10:00:00'::timestamp", datetime(2024, 1, 1, 7, tzinfo=UTC)),
    (LOCAL, "'2024-01-01 10:00:00+00'::timestamptz", "[bad_date]"),
    (TIMES, "'10:00:00+02'::timetz", "[bad_date]"),
    # lengths of time
    (Duration(), "'01:02:03'::interval", 3723),
    (Duration(), "'01:02:03'::time", 3723),
    (Duration(), "'100 hours'::interval", 360_000),
    (Duration(), "'1 day 01:00:00'::interval", "[bad_duration]"),
    (Duration(), "'-00:00:01'::interval", "[bad_duration]"),
    (Duration(), "'00:00:00.5'::interval", "[bad_duration]"),
    (Duration(minutes=True), "'1 month'::interval", "[bad_duration]"),
    (Duration(), "'10:00:00+02'::timetz", "[bad_duration]"),
    # as text
    (Text(), "array[1, 2]", "{1,2}"),
    (Text(), """'{"a": [1e5, "x"]}'::jsonb""", '{"a": [100000, "x"]}'),
    (Text(), "'\\x00ff'::bytea", "\\x00ff"),
    (Text(), "'10:00:00+02'::timetz", "10:00:00+02"),
    (Text(), "'1 day 01:00:00'::interval", "1 day 01:00:00"),
    (Text(), "'infinity'::date", "infinity"),
    (Text(), "'a  '::char(3)", "a"),
    (Text(), "''::text", None),
    (Text(), "'\\.'::text", "\\."),
    (Integer(), "array[1]", "[not_integer]"),
    (Decimal(), "array[1.5]::float8[]", "[not_decimal]"),
    (Text(), "E'a\\nb'", "a b"),  # the last: lines behind it are not numbered as rows are
]  # fmt: skip


def test_a_value_of_any_type_is_exact_or_a_reject(engine: InProcess, shop: Shop) -> None:
    found = values_of([(kind, expression) for kind, expression, _ in CASES], engine)
    for (kind, expression, wanted), value in zip(CASES, found, strict=True):
        assert value == wanted, (kind, expression)


@pytest.mark.parametrize(
    ("query", "key", "rows", "read", "rejected"),
    [
        ("select v from single order by v", Text(), ["a", "b"], 4, 2),
        ("select v from single where v is null", Text(), [], 1, 1),
        ("select 1.5::float8 as v union all select null order by 1", Decimal(), [Exact("1.50")], 2, 1),
        ("select nullif(n, 2) as v from generate_series(1, 3) n", Integer(), [1, 3], 3, 1),
    ],
)
def test_a_null_alone_is_a_row(
    engine: InProcess, shop: Shop, query: str, key: ColumnType, rows: list[Any], read: int, rejected: int
) -> None:
    shop.sql("create table single (v text); insert into single values ('a'), (null), (''), ('b')")
    source = PostgresQuery(query, name="single", database=SETTING)
    engine.use(Pipeline("single", source, Table("single", ("v",), [Column("v", key, required=True)], "update")))
    status = engine.finish(engine.register())
    assert (status["read"], status["loaded"], status["rejected"]) == (read, read - rejected, rejected)
    assert [value for (value,) in engine.sql("select v from single order by v")] == rows
    assert {code for (code,) in engine.sql("select code from sluice.reject")} == {"missing"}


def test_line_breaks_in_a_value_alone_do_not_make_rows(engine: InProcess, shop: Shop) -> None:
    source = PostgresQuery("values (E'\\n'), (null), (E'a\\n\\nb')", name="single", database=SETTING)
    columns = [Column("v", Text(), header="column1", required=True)]
    engine.use(Pipeline("single", source, Table("single", ("v",), columns, "update")))
    status = engine.finish(engine.register())
    assert (status["read"], status["loaded"], status["rejected"]) == (3, 1, 2)
    assert engine.sql("select v from single") == [("a b",)]


def test_columns_of_one_name_and_names_that_need_quotes_are_copied_as_before(engine: InProcess, shop: Shop) -> None:
    sql = """select 1 as id, 1e-05::float8 as "a ""b"" %s {x}", 2 as other, 3 as other order by 1"""
    source = PostgresQuery(sql, name="odd", database=SETTING)
    columns = [Column("id", Integer(), required=True), Column("v", Decimal(9, 5), header='a "b" %s {x}')]
    engine.use(Pipeline("odd", source, Table("odd_value", ("id",), columns)))
    assert engine.finish(engine.register())["loaded"] == 1
    assert engine.sql("select v from odd_value") == [(Exact("0.00001"),)]


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("now()", Timestamp(*PostgresQuery.TIMES, tz="Africa/Nairobi")),
        ("now()::date", Date("%Y-%d-%m")),
        ("now()::date", Timestamp("%Y-%d-%m", tz="Africa/Nairobi")),
        ("now()::timestamp(0)", Timestamp("%Y-%d-%m %H:%M:%S")),
    ],
)
def test_a_time_that_the_declaration_would_read_as_another_one_is_refused(
    engine: InProcess, shop: Shop, expression: str, kind: ColumnType
) -> None:
    source = PostgresQuery(f"select 1 as id, {expression} as at", name="odd", database=SETTING)
    engine.use(
        Pipeline(
            "odd", source, Table("odd_value", ("id",), [Column("id", Integer(), required=True), Column("at", kind)])
        )
    )
    engine.finish(engine.register())
    ((code, reason),) = engine.sql("select error_code, error from sluice.input")
    assert code == "misread_time"
    assert reason.startswith("The column 'at' of the query is ")
