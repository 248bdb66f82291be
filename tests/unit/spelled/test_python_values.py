"""Values of Python and of Arrow arrive in a column exactly, or are rejects."""

from __future__ import annotations

import enum
import json
import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal as Exact
from typing import Any, Self
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice import Column
from sluice.engine.formats.spelled.records import WrongValue
from sluice.engine.types import Boolean, ColumnType, Date, Decimal, Duration, Integer, Money, Text, Timestamp
from tests.kit.recorded import column_of, recorded

NAIROBI = Timestamp("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", tz="Africa/Nairobi")
VERBATIM = Text(verbatim=True)
COMMA = Decimal(14, 4, point=",", thousands=".")


class Colour(enum.StrEnum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


@pytest.mark.parametrize(
    ("value", "declared", "expected"),
    [
        (Exact("1234567890.1200"), Decimal(14, 4), Exact("1234567890.1200")),
        (Exact("1.10"), VERBATIM, "1.10"),
        (Exact("1E+5"), VERBATIM, "100000"),
        (Exact("0E-7"), VERBATIM, "0"),
        (Exact("7.00"), Integer(), 7),
        (Exact("1.5"), COMMA, Exact("1.5000")),
        (1.5, COMMA, Exact("1.5000")),
        (1000, COMMA, Exact("1000.0000")),
        (0.1, VERBATIM, "0.1"),
        (0.1 + 0.2, VERBATIM, "0.30000000000000004"),
        (1e-05, VERBATIM, "0.00001"),
        (1e22, VERBATIM, "10000000000000000000000"),
        (2.0, Integer(), 2),
        (np.float32(0.1), VERBATIM, "0.1"),
        (np.float64(0.1), VERBATIM, "0.1"),
        (np.int64(5), Integer(), 5),
        (np.bool_(True), Boolean(), True),
        (2**70, VERBATIM, "1180591620717411303424"),
        (-(2**63), Integer(), -(2**63)),
        (True, Boolean(), True),
        (False, VERBATIM, "false"),
        (Level.HIGH, Integer(), 3),
        (Colour.RED, VERBATIM, "red"),
        (None, VERBATIM, None),
        ("", VERBATIM, None),
        (" ", VERBATIM, " "),
        (pd.NaT, NAIROBI, None),
        (pd.NA, VERBATIM, None),
        ("NaN", VERBATIM, "NaN"),
        ('a "b"\n\\ é\t\r', VERBATIM, 'a "b"\n\\ é\t\r'),
        (date(2022, 1, 31), Date("%d/%m/%Y"), date(2022, 1, 31)),
        (date(2022, 1, 31), VERBATIM, "2022-01-31"),
        (datetime(2022, 1, 31), Date("%d/%m/%Y"), date(2022, 1, 31)),
        (datetime(2022, 1, 31, tzinfo=ZoneInfo("Asia/Tokyo")), Date("%Y-%m-%d"), date(2022, 1, 31)),
        (datetime(2022, 1, 31, 10, 0, 0, 7, tzinfo=UTC), NAIROBI, datetime(2022, 1, 31, 10, 0, 0, 7, tzinfo=UTC)),
        (datetime(2022, 1, 31, 10), NAIROBI, datetime(2022, 1, 31, 7, tzinfo=UTC)),
        (datetime(2022, 1, 31, 10, tzinfo=timezone(timedelta(hours=2))), VERBATIM, "2022-01-31T08:00:00Z"),
        (pd.Timestamp("2022-01-31 10:00", tz="Africa/Nairobi"), NAIROBI, datetime(2022, 1, 31, 7, tzinfo=UTC)),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), VERBATIM, "0000-12-31T10:00:00Z"),
        (timedelta(hours=30, seconds=1), Duration(), 108001),
        (timedelta(microseconds=-1), VERBATIM, "-00:00:00.000001"),
        (time(1, 2, 3), Duration(), 3723),
        (uuid.UUID(int=1), VERBATIM, "00000000-0000-0000-0000-000000000001"),
        ({"a": [1, Exact("1.10"), None, True, "é", date(2022, 1, 31)]}, VERBATIM,
         '{"a": [1, 1.10, null, true, "é", "2022-01-31"]}'),
        ([], VERBATIM, "[]"),
        ((1.0, "x"), VERBATIM, '[1.0, "x"]'),
    ],
)  # fmt: skip
def test_a_value_arrives_as_it_is(value: Any, declared: ColumnType, expected: Any) -> None:
    done = column_of([value], declared)
    assert (done.rejects, done.values["value"]) == ([], [expected])


@pytest.mark.parametrize(
    ("value", "declared", "code"),
    [
        (float("nan"), VERBATIM, "not_json"),
        (float("-inf"), Decimal(14, 2), "not_json"),
        (Exact("NaN"), Integer(), "not_json"),
        (np.float32("nan"), VERBATIM, "not_json"),
        ([1, float("nan")], VERBATIM, "not_json"),
        (1.5, Integer(), "not_integer"),
        (2**63, Integer(), "out_of_range"),
        (True, Integer(), "not_integer"),
        ("\0", VERBATIM, "nul"),
        ("\ud800", VERBATIM, "invalid_utf8"),
        (datetime(2022, 1, 31, 10), Date("%Y-%m-%d"), "bad_date"),
        (datetime(2022, 1, 31, 10, 0, 0, 7), Timestamp("%Y-%m-%d %H:%M:%S"), "bad_date"),
        (pd.Timestamp("2022-01-31 10:00:00.000000007"), NAIROBI, "bad_date"),
        (timedelta(microseconds=5), Duration(), "bad_duration"),
    ],
)
def test_a_value_that_its_column_does_not_take_is_a_reject(value: Any, declared: ColumnType, code: str) -> None:
    done = column_of([value, None], declared)
    assert [(line, got) for line, _, got in done.rejects] == [(1, code)]
    assert done.values["number"] == [2]


class Many(int):
    """A long number, which pytest must not write."""

    def __new__(cls, _: int) -> Self:
        return super().__new__(cls, 10**5000)

    def __str__(self) -> str:
        return "many"

    __repr__ = __str__


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (b"x", "'value' is bytes"),
        ({1}, "'value' is set"),
        (object(), "'value' is object"),
        ({"a": b"x"}, "'value' is bytes"),
        ({1: 2}, "'value' is a dict with keys that are not text"),
        (Many(1), "'value' is a whole number of more than 4,300 digits"),
        (np.datetime64("2022-01-31"), "'value' is datetime64"),
        (np.timedelta64(5), "'value' is timedelta64"),
    ],
)
def test_a_value_of_a_type_that_no_column_has_is_an_error_without_the_value(value: Any, kind: str) -> None:
    with pytest.raises(WrongValue) as caught:
        column_of([1, value], VERBATIM)
    assert caught.value.sentence == f"record 2: {kind}"


def test_a_value_that_contains_itself_is_an_error() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(WrongValue, match="nested too deep"):
        column_of([endless], VERBATIM)


def test_the_columns_of_arrow_are_written_as_those_of_parquet() -> None:
    table = pa.table(
        {
            "number": pa.array([1, 2, 3], pa.uint64()),
            "value": pa.array([0.1, None, 2.5], pa.float32()),
            "when": pa.array([datetime(2022, 1, 31, 10), None, datetime(2300, 1, 1)], pa.timestamp("us", "UTC")),
            "amount": pa.array([Exact("1.10"), None, Exact("-2.00")], pa.decimal128(9, 2)),
            "list": pa.array([[1, None], None, []], pa.list_(pa.int8())),
            "word": pa.array(["a", None, "a"]).dictionary_encode(),
            "unknown": pa.array([b"\xff", None, b""]),
        }
    )  # fmt: skip
    columns = [
        Column("number", Integer(), required=True), Column("value", Decimal(9, 3)), Column("when", NAIROBI),
        Column("amount", Money("EUR", point=",", thousands=".")), Column("list", Text()), Column("word", Text()),
    ]  # fmt: skip
    done = recorded(table, columns)
    assert done.rejects == []
    assert done.values["value"] == [Exact("0.100"), None, Exact("2.500")]
    assert done.values["when"] == [datetime(2022, 1, 31, 10, tzinfo=UTC), None, datetime(2300, 1, 1, tzinfo=UTC)]
    assert done.values["amount"] == [Exact("1.10"), None, Exact("-2.00")]
    assert done.values["list"] == ["[1, null]", None, "[]"]
    assert done.values["word"] == ["a", None, "a"]


def test_a_date_of_arrow_that_is_too_far_away_for_a_text_is_a_reject() -> None:
    far = pa.table({"number": [1, 2], "value": pa.array([2_000_000_000, 0], pa.date32())})
    done = recorded(far, [Column("number", Integer(), required=True), Column("value", Text())])
    assert done.rejects == [(1, "value", "out_of_range")]
    assert done.values["value"] == ["1970-01-01"]


ANY_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner),
    max_leaves=8,
)


@given(ANY_JSON)
def test_whatever_json_is_nested_comes_back(value: Any) -> None:
    done = column_of([[value]], VERBATIM)
    assert done.rejects == []
    assert json.loads(done.values["value"][0]) == [value]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_a_decimal_keeps_its_value_with_either_mark(value: Exact) -> None:
    for declared in (Decimal(14, 4), COMMA):
        assert column_of([value], declared).values["value"] == [value]


@given(st.datetimes(timezones=st.sampled_from([UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")])))
def test_a_moment_is_the_same_moment_or_a_reject(value: datetime) -> None:
    declared = Timestamp("%Y-%m-%d %H:%M:%S.%f", tz="Europe/Berlin")
    done = column_of([value], declared)
    if done.rejects:
        assert [code for _, _, code in done.rejects] == ["bad_date"]
    else:
        assert done.values["value"] == [value.astimezone(UTC)]
