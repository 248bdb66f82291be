"""The binary COPY stream goes through a real PostgreSQL and every value comes back as it was."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from decimal import Context, Decimal
from typing import Any

import psycopg2
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from sluice.engine.rows.copy import CHUNK_BYTES, encode, encode_rows
from tests.kit.budget import examples

UTC = dt.timezone.utc  # noqa: UP017 - the same object psycopg2 hands out
EXACT = Context(prec=60)
INPUT_ID = 2**62
EPOCH = dt.datetime(1970, 1, 1)
COSTS = [Decimal("-0.0001"), Decimal("99999999.9999"), None, Decimal(0)]


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    opened = psycopg2.connect(database_url)
    with opened.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
    try:
        yield opened
    finally:
        opened.close()


def lines(count: int) -> pa.Array:
    return pa.array(range(2, count + 2), pa.int64())


def copied(
    connection: Connection, rows: pa.Table, types: list[str], read: str = "*", size: int = CHUNK_BYTES
) -> list[tuple[Any, ...]]:
    """`rows` after a COPY into a new table with columns of these PostgreSQL types, in the order of lines."""
    names = [*rows.column_names[:-1], "_input_id", "_line"]
    columns = ", ".join(f"{name} {kind}" for name, kind in zip(names, [*types, "int8", "int8"], strict=True))
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.target; CREATE TEMP TABLE target ({columns})")
        copy = sql.SQL("COPY target ({}) FROM STDIN (FORMAT binary)").format(listed)
        count = 0
        for each in encode_rows(rows, input_id=INPUT_ID):
            cursor.copy_expert(copy, io.BytesIO(each), size=size)
            count += cursor.rowcount
        assert count == rows.num_rows
        cursor.execute(f"SELECT {read} FROM target ORDER BY _line")
        return cursor.fetchall()


def copied_column(connection: Connection, column: pa.Array, kind: str, read: str = "v") -> list[Any]:
    rows = pa.table({"v": column, "_line": lines(len(column))})
    return [value for (value,) in copied(connection, rows, [kind], read)]


def test_every_type_with_extremes_and_nulls(connection: Connection) -> None:
    columns: dict[str, tuple[pa.DataType, str, list[Any]]] = {
        "big": (pa.int64(), "int8", [2**63 - 1, -(2**63), None, 0]),
        "middle": (pa.int32(), "int4", [2**31 - 1, -(2**31), None, -1]),
        "small": (pa.int16(), "int2", [2**15 - 1, -(2**15), None, 258]),
        "yes": (pa.bool_(), "bool", [True, False, None, True]),
        "text": (pa.string(), "text", ["", "Nairobi ☃ 𝄞\t\n\\N \x01", None, "é"]),
        "day": (pa.date32(), "date", [dt.date.min, dt.date.max, None, dt.date(2000, 2, 29)]),
        "naive": (pa.timestamp("us"), "timestamp", [dt.datetime.min, dt.datetime.max, None, EPOCH]),
        "money": (pa.decimal128(12, 4), "numeric(12,4)", COSTS),
        "nothing": (pa.int64(), "int8", [None, None, None, None]),
    }  # fmt: skip
    arrays = {name: pa.array(values, arrow) for name, (arrow, _, values) in columns.items()}
    rows = pa.table({**arrays, "_line": lines(4)})
    found = copied(connection, rows, [kind for _, kind, _ in columns.values()])
    expected = zip(*(values for _, _, values in columns.values()), [INPUT_ID] * 4, [2, 3, 4, 5], strict=True)
    assert found == list(expected)


def test_times_with_a_zone_are_the_same_instant(connection: Connection) -> None:
    times = [
        dt.datetime(1, 1, 1, tzinfo=UTC),
        dt.datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        None,
    ]
    for zone in ("UTC", "Africa/Nairobi"):
        assert copied_column(connection, pa.array(times, pa.timestamp("us", zone)), "timestamptz") == times


def test_times_and_dates_beyond_python_are_read_by_postgresql(connection: Connection) -> None:
    first, last = -210_866_803_200_000_000, 2**63 - 1
    times = pa.array([first, last], pa.int64()).cast(pa.timestamp("us", "UTC"))
    assert copied_column(connection, times, "timestamptz", "v::text") == [
        "4714-11-24 00:00:00+00 BC",
        "294247-01-10 04:00:54.775807+00",
    ]
    days = pa.array([-2_440_588, 2_145_042_905], pa.int32()).cast(pa.date32())
    assert copied_column(connection, days, "date", "v::text") == ["4714-11-24 BC", "5874897-12-31"]


@pytest.mark.parametrize(
    ("precision", "scale", "values"),
    [
        (12, 4, ["0.0000", "-0.0001", "0.0001", "9999.9999", "10000.0000", "-99999999.9999"]),
        (12, 4, ["0.0000", "0.0000"]),
        (5, 2, ["999.99", "-0.01", "1.20"]),
        (18, 0, ["999999999999999999", "-1", "0", "10000"]),
        (19, 0, ["9223372036854775807", "-9223372036854775808"]),
        (20, 0, ["9223372036854775808", "-18446744073709551616", "18446744073709551615"]),
        (38, 0, ["9" * 38, "-" + "9" * 38, "1" + "0" * 37, "0"]),
        (38, 10, ["9" * 28 + "." + "9" * 10, "-" + "0" + "." + "0" * 9 + "1", "0.0000000000"]),
        (38, 38, ["0." + "9" * 38, "-0." + "0" * 37 + "1"]),
    ],
)
def test_numerics_are_written_as_postgresql_writes_its_own(
    connection: Connection, precision: int, scale: int, values: list[str]
) -> None:
    column = pa.array(map(Decimal, values), pa.decimal128(precision, scale))
    for kind in (f"numeric({precision},{scale})", "numeric"):
        assert copied_column(connection, column, kind, "v::text") == values
        # the padding is gone: each value is stored as the same bytes as the literal
        stored = copied_column(connection, column, kind, "numeric_send(v) = numeric_send(v::text::numeric)")
        assert stored == [True] * len(values)


@pytest.mark.parametrize("count", [0, 1])
def test_no_row_and_one_row(connection: Connection, count: int) -> None:
    rows = pa.table({"t": pa.array(["x"] * count), "n": pa.array([None] * count, pa.int64()), "_line": lines(count)})
    assert copied(connection, rows, ["text", "int8"]) == [("x", None, INPUT_ID, 2)][:count]


@pytest.mark.parametrize("size", [CHUNK_BYTES, 8192, 1013])
def test_many_rows_with_chunk_borders_inside_fields(connection: Connection, size: int) -> None:
    count = 40_000
    text = [None if n % 11 == 0 else "é" * (n % 23) for n in range(count)]
    cost = [None if n % 7 == 0 else Decimal(n * n - 5_000_000).scaleb(-4) for n in range(count)]
    number = [None if n % 3 == 0 else n * 2**40 for n in range(count)]
    arrays = {
        "t": pa.array(text),
        "d": pa.array(cost, pa.decimal128(18, 4)),
        "n": pa.array(number, pa.int64()),
    }
    rows = pa.table({**arrays, "_line": lines(count)})
    assert len(encode_rows(rows, input_id=INPUT_ID)) > 2
    found = copied(connection, rows, ["text", "numeric(18,4)", "int8"], "t, d, n", size)
    assert found == list(zip(text, cost, number, strict=True))


KINDS: dict[str, tuple[pa.DataType, str, st.SearchStrategy[Any]]] = {
    "big": (pa.int64(), "int8", st.integers(-(2**63), 2**63 - 1)),
    "middle": (pa.int32(), "int4", st.integers(-(2**31), 2**31 - 1)),
    "small": (pa.int16(), "int2", st.integers(-(2**15), 2**15 - 1)),
    "yes": (pa.bool_(), "bool", st.booleans()),
    "text": (
        pa.string(),
        "text",
        st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=30),
    ),
    "day": (pa.date32(), "date", st.dates()),
    "naive": (pa.timestamp("us"), "timestamp", st.datetimes()),
    "time": (pa.timestamp("us", "UTC"), "timestamptz", st.datetimes(timezones=st.just(UTC))),
    "money": (
        pa.decimal128(12, 4),
        "numeric(12,4)",
        st.integers(-(10**12) + 1, 10**12 - 1).map(lambda n: Decimal(n).scaleb(-4, EXACT)),
    ),
    "wide": (
        pa.decimal128(38, 13),
        "numeric(38,13)",
        st.integers(-(10**38) + 1, 10**38 - 1).map(lambda n: Decimal(n).scaleb(-13, EXACT)),
    ),
}


@settings(
    deadline=None,
    max_examples=examples(100),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_rows_come_back_as_psycopg2_reads_them(connection: Connection, data: st.DataObject) -> None:
    shape = data.draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=6))
    count = data.draw(st.integers(0, 30))
    expected, columns = [], {}
    for at, kind in enumerate(shape):
        arrow, _, values = KINDS[kind]
        cell = values if data.draw(st.booleans()) else st.none() | values
        expected.append(data.draw(st.lists(cell, min_size=count, max_size=count)))
        columns[f"{kind}{at}"] = pa.array(expected[-1], arrow)
    rows = pa.table({**columns, "_line": lines(count)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encode, "BATCH_BYTES", data.draw(st.sampled_from([1, 300, encode.BATCH_BYTES])))
        found = copied(connection, rows, [KINDS[kind][1] for kind in shape])
    assert [row[:-2] for row in found] == list(zip(*expected, strict=True))
    assert [row[-2:] for row in found] == [(INPUT_ID, line) for line in range(2, count + 2)]
