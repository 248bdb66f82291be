"""The contract: every row comes out once, as a row, a repeat or a reject that says why."""

import datetime as dt
from decimal import Decimal as Exact

import pyarrow as pa
import pytest

from sluice.engine.declare import Column, Table
from sluice.engine.declare.tables.checks import at_least, between, matches, one_of
from sluice.engine.rows.contract import Contract
from sluice.engine.types import Boolean, Duration, Integer, Money, Phone, Text, Timestamp
from sluice.errors import ConfigError

UTC = dt.UTC
CALLS = Table(
    "customer_call_logs",
    key=("call_date", "customer_id", "call_destination"),
    columns=[
        Column("customer_id", Integer(), required=True),
        Column("call_cost_usd", Money("USD"), header="call_cost", check=at_least(0)),
        Column("call_destination", Text(), required=True),
        Column("call_date", Timestamp("%Y-%m-%d %H:%M:%S", tz="Africa/Nairobi"), required=True),
        Column("call_duration_s", Duration(), header="call_duration", check=between(0, 86_400)),
    ],
)
HEADERS = ("customer_id", "call_cost", "call_destination", "call_date", "call_duration")


def rows(*records, headers=HEADERS, first=2):
    columns = {name: pa.array([r[n] for r in records], pa.string()) for n, name in enumerate(headers)}
    return pa.table(columns | {"_line": pa.array(range(first, first + len(records)), pa.int64())})


def test_headers_are_those_of_the_columns_in_order():
    contract = Contract(CALLS)
    assert contract.requested == HEADERS
    assert contract.required == ("customer_id", "call_destination", "call_date")


def test_a_header_that_two_columns_read_is_wanted_once():
    table = Table("t", key=("a",), columns=[
        Column("a", Integer(), header="x", required=True), Column("b", Text(), header="x", required=True),
    ])  # fmt: skip
    assert (Contract(table).requested, Contract(table).required) == (("x",), ("x",))
    assert Contract(table).apply(rows(("07",), headers=["x"])).rows.to_pylist() == [{"a": 7, "b": "07", "_line": 2}]


def test_good_rows_are_typed_and_in_key_order():
    done = Contract(CALLS).apply(rows(
        ("1002", "$1.20", " Nairobi ", "2022-01-01 11:00:00", "00:05:30"),
        ("1001", "", "Mombasa", "2022-01-01 11:00:00", None),
        ("1001", "0.5", "Kisumu  West", "2022-01-01 10:00:00", "1:00:00"),
    ))  # fmt: skip
    assert done.rows.to_pylist() == [
        {"customer_id": 1001, "call_cost_usd": Exact("0.5000"), "call_destination": "Kisumu West",
         "call_date": dt.datetime(2022, 1, 1, 7, tzinfo=UTC), "call_duration_s": 3600, "_line": 4},
        {"customer_id": 1001, "call_cost_usd": None, "call_destination": "Mombasa",
         "call_date": dt.datetime(2022, 1, 1, 8, tzinfo=UTC), "call_duration_s": None, "_line": 3},
        {"customer_id": 1002, "call_cost_usd": Exact("1.2000"), "call_destination": "Nairobi",
         "call_date": dt.datetime(2022, 1, 1, 8, tzinfo=UTC), "call_duration_s": 330, "_line": 2},
    ]  # fmt: skip
    assert (done.repeats.num_rows, done.rejects.num_rows) == (0, 0)
    assert done.repeats.schema == done.rows.schema
    assert [str(t) for t in done.rows.schema.types] == [
        "int64", "decimal128(12, 4)", "string", "timestamp[us, tz=UTC]", "int32", "int64",
    ]  # fmt: skip


def test_each_refused_row_says_where_what_and_why():
    good = ("1", "$1", "Nairobi", "2022-01-01 10:00:00", "00:00:01")
    done = Contract(CALLS).apply(rows(
        good,
        ("x1", *good[1:]),
        ("2", "€1.20", *good[2:]),
        ("3", "-$1.20", *good[2:]),
        ("4", "$1", "  ", *good[3:]),
        ("5", *good[1:3], "2024-02-30 10:00:00", good[4]),
        ("6", *good[1:4], "25:00:00"),
        ("7", *good[1:3], None, "x"),
    ))  # fmt: skip
    assert [tuple(r.values()) for r in done.rejects.to_pylist()] == [
        (3, "customer_id", "not_integer", "customer_id: 'x1' is not a whole number."),
        (4, "call_cost_usd", "currency", "call_cost_usd: '€1.20' is not in USD."),
        (5, "call_cost_usd", "negative", "call_cost_usd: '-$1.20' is below 0."),
        (6, "call_destination", "missing", "call_destination is empty, and it is required."),
        (7, "call_date", "bad_date", "call_date: '2024-02-30 10:00:00' is not a date and time in a declared format."),
        (8, "call_duration_s", "out_of_range", "call_duration_s: '25:00:00' is not between 0 and 86400."),
        (9, "call_date", "missing", "call_date is empty, and it is required."),
    ]
    assert done.rows.column("_line").to_pylist() == [2]
    assert done.rejects.schema.names == ["line", "column", "code", "reason"]


def test_the_first_column_in_order_decides_a_row_that_fails_twice():
    done = Contract(CALLS).apply(rows(("x", "€1", "", "x", "x"), ("", "€1", "", "x", "x")))
    assert done.rejects.column("column").to_pylist() == ["customer_id", "customer_id"]
    assert done.rejects.column("code").to_pylist() == ["not_integer", "missing"]


def test_a_value_in_a_reason_is_short_and_printable():
    done = Contract(CALLS).apply(rows(("1\n" + "9" * 100 + "x", "1", "a", "2022-01-01 10:00:00", "")))
    shown = "1\\n" + "9" * 57 + "…"
    assert done.rejects.column("reason").to_pylist() == [f"customer_id: '{shown}' is not a whole number."]


def test_no_reason_shows_a_telephone_number_whatever_refused_it():
    table = Table("t", key=("id",), columns=[
        Column("id", Integer(), required=True), Column("phone", Phone("KE"), check=matches(r"\+2547[0-9]+")),
    ])  # fmt: skip
    done = Contract(table).apply(rows(("1", "0712"), ("2", "+1 650-253-0000"), headers=["id", "phone"]))
    assert done.rejects.column("reason").to_pylist() == [
        r"phone: '**12' is not a telephone number that exists.",
        r"phone: '+* ***-***-**00' does not look like \+2547[0-9]+.",
    ]


def test_later_lines_of_a_key_are_repeats_equal_or_not():
    row = ("1", "$1", "Nairobi", "2022-01-01 10:00:00", "00:00:01")
    other = ("1", "$9", "Nairobi", "2022-01-01 10:00:00", "00:00:01")
    done = Contract(CALLS).apply(rows(("2", *row[1:]), row, other, ("bad", *row[1:]), row, ("2", *row[1:])))
    assert done.rows.select(["customer_id", "_line"]).to_pydict() == {"customer_id": [1, 2], "_line": [3, 2]}
    assert done.repeats.select(["call_cost_usd", "_line"]).to_pydict() == {
        "call_cost_usd": [Exact("9.0000"), Exact("1.0000"), Exact("1.0000")],
        "_line": [4, 6, 7],
    }
    assert done.rejects.column("line").to_pylist() == [5]


def test_a_column_that_the_file_does_not_have_is_null():
    table = Table("t", key=("a",), columns=[Column("a", Integer(), required=True), Column("b", Boolean())])
    batch = pa.table({"a": ["1"], "b": pa.nulls(1), "_line": pa.array([2])})
    assert Contract(table).apply(batch).rows.to_pylist() == [{"a": 1, "b": None, "_line": 2}]


def test_columns_in_pieces_are_read():
    batch = pa.concat_tables([rows(("2",), headers=["a"]), rows(("1",), headers=["a"], first=3)])
    table = Table("t", key=("a",), columns=[Column("a", Integer(), required=True)])
    assert Contract(table).apply(batch).rows.to_pydict() == {"a": [1, 2], "_line": [3, 2]}


def test_no_rows_give_no_rows_of_the_right_types():
    done = Contract(CALLS).apply(rows())
    assert (done.rows.num_rows, done.repeats.num_rows, done.rejects.num_rows) == (0, 0, 0)
    assert done.rows.schema.field("call_cost_usd").type == pa.decimal128(12, 4)


def test_all_rows_may_be_refused():
    done = Contract(CALLS).apply(rows(*[("x", "", "", "", "")] * 3))
    assert (done.rows.num_rows, done.rejects.column("line").to_pylist()) == (0, [2, 3, 4])


@pytest.mark.parametrize(
    ("kind", "check"),
    [(Text(), at_least(0)), (Integer(), matches("x")), (Integer(), one_of("a")), (Integer(), between("a", "b"))],
)
def test_a_check_that_cannot_work_on_its_column_is_met_at_once(kind, check):
    table = Table("t", key=("a",), columns=[Column("a", kind, required=True, check=check)])
    with pytest.raises(ConfigError, match="column 'a'"):
        Contract(table)
