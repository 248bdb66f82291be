"""Declared spellings of null: the whole cell, trimmed, in any case; empty before it is typed."""

import datetime as dt
from decimal import Decimal as Exact

import pyarrow as pa

from sluice.engine.declare import Column, Table
from sluice.engine.declare.tables.checks import at_least, one_of
from sluice.engine.rows.contract import Contract
from sluice.engine.rows.contract.nulls import without_nulls
from sluice.engine.types import Date, Integer, Money, Text

NULLS = ("N/A", "-", "unknown", "")
SALES = Table(
    "sales",
    key=("id",),
    columns=[
        Column("id", Integer(), required=True, nulls=NULLS),
        Column("price", Money("USD"), check=at_least(0), nulls=NULLS),
        Column("day", Date("%Y-%m-%d"), nulls=("0000-00-00",)),
        Column("place", Text(), check=one_of("Nairobi", "N/A"), nulls=("unknown",)),
        Column("note", Text()),
    ],
)


def rows(*records):
    names = [column.name for column in SALES.columns]
    columns = {name: pa.array([r[n] for r in records], pa.string()) for n, name in enumerate(names)}
    return pa.table(columns | {"_line": pa.array(range(2, 2 + len(records)), pa.int64())})


def empty(nulls, *cells):
    found = without_nulls(pa.array(cells, pa.string()), nulls)
    found.validate(full=True)
    assert found.type == pa.string()
    return found.to_pylist()


def test_a_null_spelled_in_any_way_is_null():
    done = Contract(SALES).apply(rows(
        ("1", "n/a", "0000-00-00", "UNKNOWN", "N/A"),
        ("2", " - ", "2022-04-11", " Unknown\u00a0", "unknown"),
        ("3", "$1", None, "N/A", "-"),
    ))  # fmt: skip
    assert done.rejects.num_rows == 0
    assert done.rows.to_pylist() == [
        {"id": 1, "price": None, "day": None, "place": None, "note": "N/A", "_line": 2},
        {"id": 2, "price": None, "day": dt.date(2022, 4, 11), "place": None, "note": "unknown", "_line": 3},
        {"id": 3, "price": Exact("1.0000"), "day": None, "place": "N/A", "note": "-", "_line": 4},
    ]


def test_a_required_null_is_missing():
    done = Contract(SALES).apply(rows(("n/A", "$1", None, None, None), ("-", None, None, None, None)))
    assert [tuple(reject.values()) for reject in done.rejects.to_pylist()] == [
        (2, "id", "missing", "id is empty, and it is required."),
        (3, "id", "missing", "id is empty, and it is required."),
    ]


def test_a_spelling_is_the_whole_cell_and_of_its_own_column():
    done = Contract(SALES).apply(rows(
        ("1", "N/A 5", None, None, None), ("2", "--", None, None, None), ("3", "5", "N/A", None, None),
    ))  # fmt: skip
    assert done.rejects.column("code").to_pylist() == ["not_money", "not_money", "bad_date"]
    assert done.rejects.column("reason").to_pylist()[0] == "price: 'N/A 5' is not an amount in USD."


def test_case_is_that_of_the_whole_of_unicode():
    sigma, final = "\u03a3\u03a3", "\u03c3\u03c2"
    assert empty(("STRASSE", "né", sigma), "straße", "NÉ", " nÉ", "strasse", final, sigma, "Straße 1", "nè") == [
        None, None, None, None, None, None, "Straße 1", "nè",
    ]  # fmt: skip


def test_a_column_without_its_spellings_is_left_as_it_is():
    column = pa.array(["1", None, "", " x "])
    assert without_nulls(column, ()) is column
    assert without_nulls(column, ("", " ")) is column
    assert without_nulls(column, ("n/a",)) is column


def test_no_cells_nulls_and_slices_are_taken():
    assert empty(("-",)) == []
    assert empty(("-",), None, None) == [None, None]
    assert without_nulls(pa.array(["-", "1", "-", None, "2"]).slice(1, 3), ("-",)).to_pylist() == ["1", None, None]


def test_a_column_that_no_file_has_is_null():
    table = Table("t", key=("id",), columns=[Column("id", Integer(), required=True), Column("x", Text(), nulls=("-",))])
    batch = pa.table({"id": ["1"], "x": pa.nulls(1), "_line": pa.array([2])})
    assert Contract(table).apply(batch).rows.to_pylist() == [{"id": 1, "x": None, "_line": 2}]


def test_a_transform_sees_the_spellings_and_may_leave_them():
    def shout(frame):
        return frame.assign(price=frame["price"].str.upper())

    done = Contract(SALES, shout).apply(rows(("1", "unknown", None, None, None)))
    assert done.rows.column("price").to_pylist() == [None]
