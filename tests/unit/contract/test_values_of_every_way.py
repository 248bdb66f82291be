"""The same value by every way in: CSV, JSON lines, an API's page, Parquet and a transform of one's own.

A query is a way too: see tests/integration/remote/test_query_values.py.
"""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal as Exact
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sluice.engine.declare import Column, Table
from sluice.engine.formats.csv import CsvOptions, plan_csv
from sluice.engine.formats.jsonl import plan_jsonl
from sluice.engine.formats.known import parse_text
from sluice.engine.formats.parquet import spell_parquet
from sluice.engine.formats.unpack import Caps
from sluice.engine.rows.contract import Contract
from sluice.engine.sources.http.page import Form, read_page
from sluice.engine.types import Boolean, ColumnType, Date, Decimal, Duration, Integer, Money, Phone, Text, Timestamp

Transform = Any


def _contract(kind: ColumnType, transform: Transform = None) -> Contract:
    table = Table("t", key=("n",), columns=[Column("n", Integer(), required=True), Column("v", kind)])
    return Contract(table, transform)


def _outcome(data: bytes, planned: Any, contract: Contract) -> Any:
    """The value of the first row, or the code of its reject in brackets."""
    first, facts = planned.dialect.body_line, planned.dialect.to_json()
    found = parse_text(
        data[planned.dialect.body_offset :], facts, contract, first_line=first, read=planned.read, well_quoted=True
    )
    done = contract.apply(found.rows)
    rejects = done.rejects.to_pylist()
    codes = [each.code for each in found.rejects] + [each["code"] for each in rejects]
    lines = [each.line for each in found.rejects] + [each["line"] for each in rejects]
    if lines:
        assert lines == [first]
        return f"[{codes[0]}]"
    return done.rows.column("v").to_pylist()[done.rows.column("n").to_pylist().index(1)]


def by_csv(kind: ColumnType, cell: str, transform: Transform = None) -> Any:
    data = f'n;v\n1;"{cell}"\n'.encode()
    return _outcome(
        data, plan_csv(io.BytesIO(data), part_bytes=1 << 20, options=CsvOptions(";")), _contract(kind, transform)
    )


def by_json(kind: ColumnType, value: str) -> Any:
    data = f'{{"n": 1, "v": {value}}}\n{{"n": 2}}\n'.encode()
    return _outcome(data, plan_jsonl(io.BytesIO(data), part_bytes=1 << 20), _contract(kind))


def by_api(kind: ColumnType, value: str) -> Any:
    page = read_page(f'{{"data": [\n{{"n": 1,\n "v": {value}}}]}}', Form(("data",)), lines=False)
    data = b"".join(page.lines())
    return _outcome(data, plan_jsonl(io.BytesIO(data), part_bytes=1 << 20), _contract(kind))


def by_parquet(kind: ColumnType, values: pa.Array) -> Any:
    file = io.BytesIO()
    pq.write_table(pa.table({"n": [1], "v": values}), file)
    data = b"".join(spell_parquet(file, {"n": Integer(), "v": kind}, Caps(1 << 30, 200)))
    return _outcome(data, plan_csv(io.BytesIO(data), part_bytes=1 << 20, options=CsvOptions(",")), _contract(kind))


def by_transform(kind: ColumnType, values: pa.Array) -> Any:
    def transform(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(v=pd.Series(values, frame.index, pd.ArrowDtype(values.type)))

    return by_csv(kind, "", transform)


EUROPEAN = Decimal(38, 10, thousands=".", point=",")
NUMBERS: list[tuple[ColumnType, str, Any]] = [
    (Decimal(38, 10), "0.00001", Exact("0.00001")),
    (Decimal(38, 10), "1000000000000000", Exact(10**15)),
    (Decimal(38, 10), "-0.5", Exact("-0.5")),
    (Decimal(38, 10), "0.1", Exact("0.1")),
    (Decimal(38, 10), "0.00000000001", "[too_precise]"),
    (Decimal(8, 2), "1000000", "[out_of_range]"),
    (EUROPEAN, "1.234", Exact("1.234")),
    (EUROPEAN, "-0.00001", Exact("-0.00001")),
    (EUROPEAN, "1234.5", Exact("1234.5")),
    (Decimal(14, 3, point=","), "0.673", Exact("0.673")),
    (Decimal(14, 3, thousands=","), "0.673", Exact("0.673")),
    (Money("USD", 20, 3), "0.673", Exact("0.673")),
    (Money("EUR", 20, 3, thousands=".", point=","), "0.673", Exact("0.673")),
    (Money("CHF", 20, 3, thousands="'", accounting=True), "-1234.5", Exact("-1234.5")),
    (Integer(), "1000000000000000", 10**15),
    (Integer(thousands=","), "1234567", 1234567),
    (Integer(), "0.00001", "[not_integer]"),
    (Integer(), "1.5", "[not_integer]"),
    (Integer(thousands="."), "1.234", "[not_integer]"),
    (Integer(thousands=" "), "1.234", "[not_integer]"),
    (Boolean(), "1.5", "[not_boolean]"),
    (Boolean(), "1", True),
    (Text(), "0.00001", "0.00001"),
    (Text(), "1.5", "1.5"),
    (Date("%Y%m%d"), "20240229", date(2024, 2, 29)),
    (Timestamp("%Y%m%d", tz="Africa/Nairobi"), "20240229", datetime(2024, 2, 28, 21, tzinfo=UTC)),
    (Date("%Y-%m-%d"), "0.5", "[bad_date]"),
    (Duration(), "90", "[bad_duration]"),
    (Phone("KE"), "254712345678", "+254712345678"),
    (Phone("KE"), "1.5", "[bad_phone]"),
]


@pytest.mark.parametrize(("kind", "number", "wanted"), NUMBERS)
def test_a_number_is_the_same_by_every_way(kind: ColumnType, number: str, wanted: Any) -> None:
    exact = Exact(number)
    assert by_csv(kind, number.replace(".", kind.decimal_mark)) == wanted
    for written in (number, f"{exact:e}"):
        assert by_json(kind, written) == by_api(kind, written) == wanted, written
    scale = max(-int(exact.as_tuple().exponent), 0)
    for values in (pa.array([exact], pa.decimal128(38, scale)), pa.array([float(number)])):
        assert by_parquet(kind, values) == wanted, values.type
        assert by_transform(kind, values) == wanted, values.type
    if exact == exact.to_integral_value():
        assert by_parquet(kind, pa.array([int(exact)])) == by_transform(kind, pa.array([int(exact)])) == wanted


REFUSED: list[tuple[ColumnType, str]] = [
    (Decimal(), "not_decimal"),
    (EUROPEAN, "not_decimal"),
    (Money("USD"), "not_money"),
    (Integer(), "not_integer"),
    (Integer(thousands="."), "not_integer"),
    (Boolean(), "not_boolean"),
    (Date("%Y-%m-%d"), "bad_date"),
    (Timestamp("%Y-%m-%d %H:%M:%S"), "bad_date"),
    (Duration(), "bad_duration"),
    (Phone("KE"), "bad_phone"),
]


@pytest.mark.parametrize(("kind", "code"), REFUSED)
def test_what_is_no_number_is_a_reject_by_every_way(kind: ColumnType, code: str) -> None:
    for text in (
        "NaN",
        "Infinity",
        "-inf",
        "1e-05",
        "1E+15",
        "1e99999999999999999999",
        "<value out of range: 1>",
        "0x10",
    ):
        assert by_csv(kind, text) == f"[{code}]", text
        assert by_json(kind, f'"{text}"') == by_api(kind, f'"{text}"') == f"[{code}]", text
        assert by_parquet(kind, pa.array([text])) == f"[{code}]", text
    assert by_json(kind, "1e99999999999999999999") == by_api(kind, "-1e-99999999999999999999") == f"[{code}]"
    assert by_json(kind, "NaN") == by_json(kind, "-Infinity") == "[not_json]"
    for number in (float("nan"), float("inf"), float("-inf")):
        assert by_parquet(kind, pa.array([number])) == f"[{code}]"
    assert by_parquet(kind, pa.array([99_999_999], pa.date32())) in (f"[{code}]", "[out_of_range]")


GROUPED: list[tuple[ColumnType, str]] = [
    (Decimal(14, 3, thousands=","), "not_decimal"),
    (Money("USD"), "not_money"),
    (Integer(thousands=","), "not_integer"),
]


@pytest.mark.parametrize(("kind", "code"), GROUPED)
@pytest.mark.parametrize("text", ["0,673", "00,001", "-0,500", "000,001", "012,345", "0,000"])
def test_a_text_in_groups_that_begins_with_zero_is_a_reject_by_every_way(
    kind: ColumnType, code: str, text: str
) -> None:
    assert by_csv(kind, text) == by_json(kind, f'"{text}"') == by_api(kind, f'"{text}"') == f"[{code}]"
    assert by_parquet(kind, pa.array([text])) == by_transform(kind, pa.array([text])) == f"[{code}]"


def nanos(*counts: int) -> pa.Array:
    return pa.array(counts, pa.timestamp("ns"))


MICROS = Timestamp("%Y-%m-%d %H:%M:%S.%f")
NAIROBI = Timestamp("%Y-%m-%d %H:%M:%S", tz="Africa/Nairobi")
DAY = Date("%Y-%m-%d")
AT, SEVEN = datetime(2024, 2, 29, 10, 0, 0, 123_456, tzinfo=UTC), datetime(2024, 2, 29, 7, tzinfo=UTC)
TIMES: list[tuple[ColumnType, str, pa.Array, Any]] = [
    (MICROS, "2024-02-29 10:00:00.123456", nanos(1_709_200_800_123_456_000), AT),
    (MICROS, "2024-02-29 10:00:00.1234567", nanos(1_709_200_800_123_456_700), "[bad_date]"),
    (NAIROBI, "2024-02-29 10:00:00", nanos(1_709_190_000 * 10**9).cast(pa.timestamp("s", "UTC")), SEVEN),
    (Timestamp("%Y-%m-%d"), "10000-01-01", pa.array([2_932_897], pa.date32()), "[bad_date]"),
    (DAY, "10000-01-01", pa.array([2_932_897], pa.date32()), "[bad_date]"),
    (DAY, "0000-12-31", pa.array([-719_163], pa.date32()), "[bad_date]"),
    (Date("%d/%m/%Y"), "29/02/2024", pa.array([19_782], pa.date32()), date(2024, 2, 29)),
    (Duration(), "00:05:30", pa.array([330_000_000_000], pa.time64("ns")), 330),
    (Duration(), "00:05:30.000000001", pa.array([330_000_000_001], pa.time64("ns")), "[bad_duration]"),
    (Duration(), "-00:00:01", pa.array([-1], pa.duration("s")), "[bad_duration]"),
    (Duration(), "10000:00:00", pa.array([36_000_000], pa.duration("s")), "[bad_duration]"),
]


@pytest.mark.parametrize(("kind", "text", "values", "wanted"), TIMES)
def test_a_time_is_the_same_by_every_way(kind: ColumnType, text: str, values: pa.Array, wanted: Any) -> None:
    assert by_csv(kind, text) == by_json(kind, f'"{text}"') == by_api(kind, f'"{text}"') == wanted
    assert by_parquet(kind, values) == by_parquet(kind, pa.array([text])) == wanted
