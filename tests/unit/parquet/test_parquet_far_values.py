"""Values at the edges of what Parquet can hold: loaded exactly, or a reject that says what the value is."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal as Exact
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine.formats.parquet import spell_parquet
from sluice.engine.types import Boolean, ColumnType, Date, Decimal, Duration, Integer, Money, Phone, Text, Timestamp
from sluice.errors import DataError
from tests.kit.budget import examples
from tests.unit.parquet.files import CAPS, int96, outcome, parquet, spelled

DAY_NS = 86_400_000_000_000
TS = Timestamp("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f")
ALL_TYPES: list[ColumnType] = [
    Integer(), Integer(thousands="."), Decimal(38, 10), Decimal(38, 10, thousands=".", point=","), Money("USD"), Text(),
    Boolean(), Date("%Y-%m-%d"), Date("%Y%m%d"), TS, Timestamp("%d.%m.%Y", tz="Europe/Berlin"), Duration(),
    Duration(minutes=True), Phone("KE"),
]  # fmt: skip
SECOND_1969, LAST_DAY = (-1, DAY_NS - 1_000_000_000), 2_932_896


def test_int96_is_read_to_the_microsecond_and_refused_beyond() -> None:
    file = int96(
        (0, 0), (0, 123_456_000), (0, 123_456_789), None, (LAST_DAY, DAY_NS - 1000), (LAST_DAY, DAY_NS - 1),
        SECOND_1969,        (LAST_DAY + 1, 0), (-719_162, 0), (-719_162, 1), (-719_163, DAY_NS - 1000), (-2_440_587, 5),
        (2**32 - 1 - 2_440_588, 0), (2**31, 5),
    )  # fmt: skip
    found = outcome(file, TS)
    assert found.rows == [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1970, 1, 1, 0, 0, 0, 123_456, tzinfo=UTC),
        "[bad_date]",
        None,
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        "[bad_date]",
        datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
        "[bad_date]",
        datetime(1, 1, 1, tzinfo=UTC),
        *["[bad_date]"] * 5,
    ]
    assert found.reasons[2] == "'1970-01-01T00:00:00.123456789' is not a date and time in a declared format."
    assert found.reasons[5] == "'9999-12-31T23:59:59.999999999' is not a date and time in a declared format."
    assert found.reasons[7] == "'10000-01-01T00:00:00' is not a date and time in a declared format."
    assert (
        found.reasons[12] == "'4292526707 days since 1970-01-01 00:00:00' is not a date and time in a declared format."
    )


def test_int96_and_nanoseconds_of_int64_are_the_same() -> None:
    counts = [0, 1, 999, 1000, 123_456_789, 123_456_000, -1, -1000, 2**63 - 1, -(2**63), None]
    values = pa.array(counts, pa.timestamp("ns"))
    for declared in (TS, Text(), Date("%Y-%m-%d"), Timestamp("%d.%m.%Y %H:%M", tz="Europe/Berlin"), Integer()):
        of_int64 = outcome(parquet({"v": values}), declared)
        of_int96 = outcome(parquet({"v": values}, use_deprecated_int96_timestamps=True), declared)
        assert of_int96 == of_int64
    assert outcome(parquet({"v": values}, use_deprecated_int96_timestamps=True), Text()).rows[8:10] == [
        "2262-04-11T23:47:16.854775807",
        "1677-09-21T00:12:43.145224192",
    ]


def test_int96_is_read_in_step_with_other_columns_whatever_batches_they_come_in() -> None:
    moments = [None if n % 7 == 0 else (n, n * 1000 + (n % 5 == 0)) for n in range(3000)]
    other = pa.array([f"{n} " + "x" * (n % 400) for n in range(3000)])
    file = int96(*moments, row_group_size=700, w=other)
    lines = b"".join(spell_parquet(file, {"v": TS, "w": Text()}, CAPS)).decode().splitlines()[1:]
    found = [line.replace('"', "").split(",") for line in lines]
    assert [int(beside.split(" ")[0]) for _, beside in found] == list(range(3000))
    assert [found[n][0] for n in (0, 1, 5, 699, 700, 701, 2999)] == [
        "",
        "1970-01-02 00:00:00.000001",
        "1970-01-06T00:00:00.000005001",
        "1971-12-01 00:00:00.000699",
        "",
        "1971-12-03 00:00:00.000701",
        "1978-03-19 00:00:00.002999",
    ]
    assert [n for n, (moment, _) in enumerate(found) if not moment] == list(range(0, 3000, 7))
    assert [n for n, (moment, _) in enumerate(found) if "T" in moment] == [n for n in range(0, 3000, 5) if n % 7]


@settings(max_examples=examples(100), deadline=None)
@given(
    st.lists(
        st.none() | st.tuples(st.integers(-2_440_587, 2**32 - 1 - 2_440_588), st.integers(0, DAY_NS - 1)),
        min_size=1,
        max_size=6,
    )
)
def test_any_int96_is_what_it_says_or_a_reject(moments: list[tuple[int, int] | None]) -> None:
    for moment, found in zip(moments, outcome(int96(*moments), TS).rows, strict=True):
        if moment is None:
            assert found is None
        elif moment[1] % 1000 or not -719_162 <= moment[0] <= LAST_DAY:
            assert found == "[bad_date]"
        else:
            micros = moment[0] * DAY_NS // 1000 + moment[1] // 1000
            since = found - datetime(1970, 1, 1, tzinfo=UTC)
            assert (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds == micros


def far(values: list[int], kind: pa.DataType) -> pa.Array:
    return pa.array(values, kind)


FAR_DAYS = far([11_248_738, -12_687_794, 99_999_999, 2**31 - 1, -(2**31)], pa.date32())
FAR = [
    (FAR_DAYS, "99999999 days since 1970-01-01", 2),
    (FAR_DAYS, "-2147483648 days since 1970-01-01", 4),
    (far([2**55], pa.timestamp("ms")), "416999965 days since 1970-01-01 11:56:03.968", 0),
    (far([-(2**63)], pa.timestamp("us")), "-106751992 days since 1970-01-01 19:59:05.224192", 0),
    (far([2**63 - 1], pa.timestamp("ms", "UTC")), "106751991167 days since 1970-01-01 07:12:55.807Z", 0),
]


@pytest.mark.parametrize(("values", "says", "row"), FAR)
@pytest.mark.parametrize("kind", ALL_TYPES, ids=repr)
def test_what_is_too_far_for_a_date_is_a_reject_in_every_type_that_says_how_far(
    values: pa.Array, says: str, row: int, kind: ColumnType
) -> None:
    found = outcome(parquet({"v": values}), kind)
    assert all(re.fullmatch(r"\[\w+\]", each) for each in found.rows)
    assert says in found.reasons[row]
    assert not any("<value" in reason for reason in found.reasons.values())


def test_a_row_with_a_value_too_far_is_refused_alone_and_shown_without_marks() -> None:
    values = pa.array([date(2022, 7, 1), None]).cast(pa.int32()).to_pylist()
    found = outcome(parquet({"v": pa.array([*values, 99_999_999, values[0]], pa.int32()).cast(pa.date32())}), Text())
    assert found.rows == ["2022-07-01", None, "[out_of_range]", "2022-07-01"]
    (reject,) = found.early
    assert (reject.line, reject.column, reject.code) == (4, "v", "out_of_range")
    assert reject.reason == "'99999999 days since 1970-01-01' is too far away for a date or time."
    assert reject.raw == '"99999999 days since 1970-01-01"'


@pytest.mark.parametrize(
    "text", ["a\0b", "\0", "\0beyond [\x1b[31m]\0", "\0beyond []\0", "\0beyond [" + "9" * 99 + "]\0"]
)
def test_a_text_with_nul_stays_a_reject_of_its_own(text: str) -> None:
    found = outcome(parquet({"v": pa.array([text, "a"])}), Text())
    assert found.rows == ["[nul]", "a"]
    assert re.fullmatch(r"Byte \d+ of the record is NUL, which text must not have; remove it\.", found.reasons[0])


def test_years_of_five_digits_and_before_the_first_are_text_but_no_date() -> None:
    values = far([2_932_897, -719_163, 11_000_000 - 1, -735_000], pa.date32())
    assert outcome(parquet({"v": values}), Text()).rows == [
        "10000-01-01",
        "0000-12-31",
        "32086-12-22",
        "-0043-08-22",
    ]
    assert outcome(parquet({"v": values}), Date("%Y-%m-%d")).rows == ["[bad_date]"] * 4
    assert outcome(parquet({"v": values}), TS).rows == ["[bad_date]"] * 4


NAN = float("nan")
NUMBERS: list[tuple[pa.Array, ColumnType, list[Any]]] = [
    (pa.array(np.array([0.1, 1.5, 65504, 6e-8, NAN, -0.0, 2047.5, -1023.5], np.float16)), Decimal(20, 8),
     [Exact("0.1"), Exact("1.5"), Exact(65504), Exact("0.00000006"), "[not_decimal]", Exact(0),
      Exact(2048), Exact("-1023.5")]),
    (pa.array(np.array([2048, 0.5, np.inf], np.float16)), Integer(), [2048, "[not_integer]", "[not_integer]"]),
    (pa.array([0.1, 16_777_216, 1e-7, 3.4028235e38], pa.float32()), Decimal(20, 8),
     [Exact("0.1"), Exact(16_777_216), Exact("0.0000001"), "[out_of_range]"]),
    (pa.array([0.1, 1e15, 1e-5, 5e-324, 1.7976931348623157e308, NAN, -np.inf]), Decimal(30, 15),
     [Exact("0.1"), "[out_of_range]", Exact("0.00001"), "[too_precise]", "[out_of_range]", "[not_decimal]",
      "[not_decimal]"]),
    (pa.array([1e15, 0.1, NAN]), Money("USD", 20, 2), [Exact(10**15), Exact("0.1"), "[not_money]"]),
    (pa.array([1e18, 2.0**63, -(2.0**63), 1.5, NAN]), Integer(),
     [10**18, "[out_of_range]", -(2**63), "[not_integer]", "[not_integer]"]),
    (pa.array([1e-5, 1e22, -0.0, NAN, 1e-7]), Text(), ["0.00001", "1" + "0" * 22, "-0", "nan", "0.0000001"]),
    (pa.array([1.0, 0.0, 2.0, NAN]), Boolean(), [True, False, "[not_boolean]", "[not_boolean]"]),
    (pa.array([2**64 - 1, 2**63, 2**63 - 1], pa.uint64()), Integer(), ["[out_of_range]", "[out_of_range]", 2**63 - 1]),
    (pa.array([2**64 - 1], pa.uint64()), Decimal(20, 0), [Exact(2**64 - 1)]),
    (pa.array([2**64 - 1], pa.uint64()), Text(), ["18446744073709551615"]),
    (pa.array([1234, 1234567]), Decimal(14, 2, thousands=".", point=","), [Exact(1234), Exact(1234567)]),
    (pa.array([Exact("1.234")]), Integer(thousands="."), ["[not_integer]"]),
    (pa.array([Exact("0.001"), Exact("123456789012345678901234567890.5")], pa.decimal256(60, 20)), Decimal(38, 5),
     [Exact("0.001"), Exact("123456789012345678901234567890.5")]),
    (pa.array([Exact(10) ** 70], pa.decimal256(76, 3)), Decimal(38, 5), ["[out_of_range]"]),
    (pa.array([Exact("1E-76")], pa.decimal256(76, 76)), Decimal(38, 38), ["[too_precise]"]),
    (pa.array([Exact("12.00")], pa.decimal32(7, 2)), Integer(), [12]),
    (pa.array([Exact("12.50")], pa.decimal64(12, 2)), Money("USD"), [Exact("12.5")]),
    (pa.array(["1e5", "0,673", "1,234"]), Money("USD"), ["[not_money]", "[not_money]", Exact(1234)]),
    (pa.array(["0.1", "5", "0.1"]).dictionary_encode(), Decimal(), [Exact("0.1"), Exact(5), Exact("0.1")]),
    (pa.array([True, False, None]), Integer(), ["[not_integer]", "[not_integer]", None]),
]  # fmt: skip


@pytest.mark.parametrize(("values", "kind", "wanted"), NUMBERS)
def test_a_number_of_any_width_is_exact_or_a_reject(values: pa.Array, kind: ColumnType, wanted: list[Any]) -> None:
    assert outcome(parquet({"v": values}), kind).rows == wanted


LENGTHS: list[tuple[pa.Array, ColumnType, list[Any]]] = [
    (pa.array([330 * 10**9, 1, 10**9 + 1], pa.time64("ns")), Duration(), [330, "[bad_duration]", "[bad_duration]"]),
    (pa.array([330_000_001], pa.time64("us")), Text(), ["00:05:30.000001"]),
    (pa.array([86_399_999], pa.time32("ms")), Text(), ["23:59:59.999"]),
    (pa.array([-(2**63), 2**63 - 1], pa.duration("s")), Duration(), ["[bad_duration]"] * 2),
    (pa.array([-(2**63)], pa.duration("s")), Text(), ["-2562047788015215:30:08"]),
    (pa.array([-(2**63)], pa.duration("ns")), Text(), ["-2562047:47:16.854775808"]),
    (pa.array([-5], pa.duration("ms")), Text(), ["-00:00:00.005"]),
    (pa.array([9999 * 3600, 10_000 * 3600], pa.duration("s")), Duration(), [9999 * 3600, "[bad_duration]"]),
    (pa.array([3600], pa.time32("s")), TS, ["[bad_date]"]),
    (pa.array([3600], pa.time32("s")), Integer(), ["[not_integer]"]),
]


@pytest.mark.parametrize(("values", "kind", "wanted"), LENGTHS)
def test_a_time_or_a_length_is_exact_or_a_reject(values: pa.Array, kind: ColumnType, wanted: list[Any]) -> None:
    assert outcome(parquet({"v": values}), kind).rows == wanted


def test_a_zone_that_is_not_known_is_refused_where_a_day_depends_on_it() -> None:
    values = pa.array([0], pa.timestamp("us", "Mars/Base"))
    with pytest.raises(DataError) as caught:
        spelled({"v": values}, {"v": Date("%Y-%m-%d")})
    assert caught.value.code == "unknown_zone"
    assert caught.value.reason.startswith("The days of the column 'v' begin at midnight of 'Mars/Base'")
    assert outcome(parquet({"v": values}), TS).rows == [datetime(1970, 1, 1, tzinfo=UTC)]
    assert outcome(parquet({"v": values}), Text()).rows == ["1970-01-01T00:00:00Z"]
