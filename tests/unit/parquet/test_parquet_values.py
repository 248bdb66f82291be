"""How single values are spelled: what their declared type reads back, and what it refuses instead of changing it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as Exact

import pyarrow as pa
import pytest

from sluice.engine.types import Boolean, ColumnType, Date, Decimal, Duration, Integer, Money, Phone, Text, Timestamp
from tests.unit.parquet.files import there_and_back

BERLIN = Timestamp("%d.%m.%Y %H:%M", tz="Europe/Berlin")


def texts(values: pa.Array, declared: ColumnType) -> list[str]:
    return there_and_back(values, declared).texts


def test_an_instant_is_written_by_the_clocks_of_the_declared_zone() -> None:
    values = pa.array([datetime(2022, 7, 1, 8, 5, tzinfo=UTC), datetime(2022, 12, 31, 23, 30, tzinfo=UTC), None])
    back = there_and_back(values, BERLIN)
    assert back.texts == ["01.07.2022 10:05", "01.01.2023 00:30", ""]
    assert back.values == values.to_pylist()


def test_of_two_equal_hours_the_first_is_read_and_an_instant_of_the_second_is_a_reject() -> None:
    values = pa.array([datetime(2022, 10, 30, 0, 30, tzinfo=UTC), datetime(2022, 10, 30, 1, 30, tzinfo=UTC)])
    back = there_and_back(values, BERLIN)
    assert back.texts == ["30.10.2022 02:30", "2022-10-30T01:30:00Z"]
    assert back.values == [datetime(2022, 10, 30, 0, 30, tzinfo=UTC), None]
    assert back.refused == {1: "bad_date"}


def test_iso_text_that_a_format_would_read_otherwise_gets_a_mark() -> None:
    declared = Timestamp("%Y-%m-%dT%H:%M:%SZ", tz="Europe/Berlin")
    back = there_and_back(pa.array([datetime(2022, 10, 30, 1, 30, tzinfo=UTC)]), declared)
    assert (back.texts, back.refused) == (["2022-10-30T01:30:00Z?"], {0: "bad_date"})


def test_a_local_time_stays_as_it_is_and_one_that_never_was_is_refused_by_its_own_reason() -> None:
    values = pa.array([datetime(2022, 7, 1, 8, 5), datetime(2022, 3, 27, 2, 30)])
    back = there_and_back(values, BERLIN)
    assert back.texts == ["01.07.2022 08:05", "27.03.2022 02:30"]
    assert back.values == [datetime(2022, 7, 1, 6, 5, tzinfo=UTC), None]
    assert back.refused == {1: "nonexistent_time"}


def test_what_no_declared_format_holds_is_iso_and_a_reject() -> None:
    values = pa.array([datetime(2022, 7, 1, 8, 5, 7), datetime(2022, 7, 1, 8, 5, 0, 120_000)])
    back = there_and_back(values, BERLIN)
    assert back.texts == ["2022-07-01T08:05:07", "2022-07-01T08:05:00.12"]
    assert back.refused == {0: "bad_date", 1: "bad_date"}


def test_the_first_format_that_holds_a_value_is_taken() -> None:
    declared = Timestamp("%Y-%m-%d", "%Y%m%d%H%M", "%Y-%m-%d %H:%M:%S.%f 100%%")
    values = pa.array([datetime(2022, 7, 1), datetime(2022, 7, 1, 8, 5), datetime(2022, 7, 1, 0, 0, 0, 1)])
    assert texts(values, declared) == ["2022-07-01", "202207010805", "2022-07-01 00:00:00.000001 100%"]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_timestamps_have_any_unit(unit: str) -> None:
    values = pa.array([datetime(2022, 7, 1, 8, 5), datetime(1969, 12, 31, 23, 59)]).cast(pa.timestamp(unit))
    assert texts(values, BERLIN) == ["01.07.2022 08:05", "31.12.1969 23:59"]


def test_nanoseconds_are_refused_and_years_beyond_9999_too() -> None:
    declared = Timestamp("%Y-%m-%d %H:%M:%S.%f")
    assert there_and_back(pa.array([1_000_000_001], pa.timestamp("ns")), declared).texts == [
        "1970-01-01T00:00:01.000000001"
    ]
    for count in (253_402_300_800_000, -62_135_596_800_001, 2**62):
        assert there_and_back(pa.array([count], pa.timestamp("ms")), declared).refused == {0: "bad_date"}
        assert there_and_back(pa.array([count], pa.timestamp("ms", "UTC")), BERLIN).refused == {0: "bad_date"}


def test_the_nanoseconds_of_int96_do_not_overflow() -> None:
    values = pa.array([datetime(9999, 12, 31)])
    back = there_and_back(values, Date("%Y-%m-%d"), use_deprecated_int96_timestamps=True)
    assert back.values == [date(9999, 12, 31)]


def test_a_day_is_a_date_or_the_midnight_that_it_begins_with() -> None:
    values = pa.array([date(2022, 3, 4), None, date(1, 1, 1), date(9999, 12, 31)])
    assert texts(values, Date("%d/%m/%Y")) == ["04/03/2022", "", "01/01/0001", "31/12/9999"]
    back = there_and_back(values.slice(0, 2), Timestamp("%Y-%m-%d %H:%M", tz="Africa/Nairobi"))
    assert back.texts == ["2022-03-04 00:00", ""]
    assert back.values == [datetime(2022, 3, 3, 21, tzinfo=UTC), None]


def test_a_day_that_two_formats_read_differently_is_a_reject() -> None:
    back = there_and_back(pa.array([date(2022, 3, 4), date(2022, 3, 25)]), Date("%d/%m/%Y", "%m/%d/%Y"))
    assert (back.texts, back.refused) == (["2022-03-04", "25/03/2022"], {0: "bad_date"})


def test_a_timestamp_is_a_date_if_it_is_midnight_where_the_file_is_from() -> None:
    declared = Date("%Y-%m-%d")
    assert texts(pa.array([datetime(2022, 1, 1), datetime(2022, 1, 1, 1)]), declared) == [
        "2022-01-01",
        "2022-01-01T01:00:00",
    ]
    midnight = [datetime(2021, 12, 31, 21, tzinfo=UTC)]
    for zone in ("Africa/Nairobi", "+03:00"):
        assert texts(pa.array(midnight, pa.timestamp("us", zone)), declared) == ["2022-01-01"]
    assert texts(pa.array(midnight, pa.timestamp("us", "UTC")), declared) == ["2021-12-31T21:00:00Z"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array([330, 0], pa.time32("s")), ["00:05:30", "00:00:00"]),
        (pa.array([330_000, 1], pa.time32("ms")), ["00:05:30", "00:00:00.001"]),
        (pa.array([330_000_000], pa.time64("us")), ["00:05:30"]),
        (pa.array([330_000_000_000], pa.time64("ns")), ["00:05:30"]),
        (pa.array([359_999, 36_000_000, -5, None], pa.duration("s")), ["99:59:59", "10000:00:00", "-00:00:05", ""]),
        (pa.array([1_500], pa.duration("ms")), ["00:00:01.500"]),
    ],
)
def test_times_and_lengths_are_hours_minutes_and_seconds(values: pa.Array, expected: list[str]) -> None:
    back = there_and_back(values, Duration())
    assert back.texts == expected
    assert {back.refused[row] for row in back.refused} <= {"bad_duration"}
    assert [row for row, text in enumerate(expected) if len(text) not in (0, 8)] == sorted(back.refused)


def test_floats_have_the_fewest_digits_that_say_what_they_are_and_no_exponent() -> None:
    values = pa.array([1.5, 0.1, 1e16, 1e-7, -0.0, 123456.78])
    back = there_and_back(values, Decimal(20, 7))
    assert back.texts == ["1.5", "0.1", "10000000000000000", "0.0000001", "-0", "123456.78"]
    expected = [Exact("1.5"), Exact("0.1"), None, Exact("1E-7"), Exact(0), Exact("123456.78")]
    assert (back.values, back.refused) == (expected, {2: "out_of_range"})
    assert texts(pa.array([0.1], pa.float32()), Money("USD")) == ["0.1"]


def test_what_is_no_number_and_digits_that_do_not_fit_are_rejects() -> None:
    back = there_and_back(pa.array([float("nan"), float("-inf"), 0.1 + 0.2, None]), Decimal(14, 2))
    assert back.texts == ["nan", "-inf", "0.30000000000000004", ""]
    assert back.refused == {0: "not_decimal", 1: "not_decimal", 2: "too_precise"}


def test_numbers_have_the_declared_point() -> None:
    declared = Decimal(14, 3, thousands=".", point=",")
    for values in (pa.array([1.234, 1234.5]), pa.array([Exact("1.234"), Exact("1234.5")])):
        assert there_and_back(values, declared).values == [Exact("1.234"), Exact("1234.500")]


def test_whole_floats_and_decimals_are_integers_and_others_are_rejects() -> None:
    for declared in (Integer(), Integer(thousands=","), Integer(thousands=".")):
        back = there_and_back(pa.array([1001.0, 1.234, 2.0**60, 1e19]), declared)
        assert back.values == [1001, None, 2**60, None]
        assert back.refused == {1: "not_integer", 3: "out_of_range"}
        back = there_and_back(pa.array([Exact("5.00"), Exact("1.23")]), declared)
        assert (back.values, back.refused) == ([5, None], {1: "not_integer"})


def test_decimals_of_any_width_and_scale_are_written_out() -> None:
    values = pa.array([Exact("0.0000001"), Exact(0)], pa.decimal128(12, 7))
    assert texts(values, Money("USD", 12, 8)) == ["0.0000001", "0.0000000"]
    assert texts(pa.array([Exact("1.10")], pa.decimal256(50, 2)), Decimal()) == ["1.10"]


def test_booleans_and_whole_numbers_come_as_they_are() -> None:
    assert there_and_back(pa.array([True, None, False]), Boolean()).values == [True, None, False]
    assert there_and_back(pa.array([1, 0, 2]), Boolean()).values == [True, False, None]
    assert there_and_back(pa.array([20220131]), Date("%Y%m%d")).values == [date(2022, 1, 31)]
    assert there_and_back(pa.array([2**64 - 1], pa.uint64()), Integer()).refused == {0: "out_of_range"}
    assert there_and_back(pa.array([254712345678]), Phone("KE")).values == ["+254712345678"]


def test_texts_are_passed_on_as_they_are() -> None:
    written = ["007", 'q"q', "a,b", "l\r\nm", " x ", "\ufeffé", "", None]
    expected = ["007", 'q"q', "a,b", "l\r\nm", " x ", "\ufeffé", "", ""]
    for kind in (pa.string(), pa.large_string(), pa.binary()):
        assert texts(pa.array(written, pa.string()).cast(kind), Text()) == expected
    assert texts(pa.array(written).dictionary_encode(), Text()) == expected
    assert texts(pa.nulls(2), Text()) == ["", ""]


def test_moments_are_iso_where_text_is_declared() -> None:
    values = pa.array([datetime(2022, 7, 1, 8, 5)])
    assert texts(values, Text()) == ["2022-07-01T08:05:00"]
    assert texts(values.cast(pa.timestamp("us", "UTC")), Text()) == ["2022-07-01T08:05:00Z"]
    assert texts(pa.array([date(2022, 7, 1)]), Text()) == ["2022-07-01"]
