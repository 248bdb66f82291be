"""Names of months, years of two digits, hours of 12, and offsets from UTC."""

from __future__ import annotations

import datetime as dt
import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.formats.spelled.moments import Instants, spell_dates, spell_moments
from sluice.engine.types import ColumnType, Date, Timestamp
from sluice.errors import ConfigError
from tests.unit.types.conftest import Read

OFFSETS = st.sampled_from(
    ["Z", "+00:00", "-0530", "+14", "+15:59", "-00:01", "+1:00", "z", "+16:00", "+05:60", "", "0530"]
)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@given(st.lists(st.tuples(st.datetimes(dt.datetime(1900, 1, 2), dt.datetime(2100, 1, 1)), OFFSETS), max_size=10))
def test_offsets_are_what_python_makes_of_them(read: Read, rows: list[tuple[dt.datetime, str]]) -> None:
    texts = [f"{moment:%Y-%m-%dT%H:%M:%S.%f}{offset}" for moment, offset in rows]
    right: list[object] = []
    for text, (_, offset) in zip(texts, rows, strict=True):
        good = re.fullmatch(r"Z|[+-](0\d|1[0-5])(:?[0-5]\d)?", offset)
        right.append(dt.datetime.fromisoformat(text).astimezone(dt.UTC) if good else "[bad_date]")
    assert read(Timestamp("%Y-%m-%dT%H:%M:%S.%f%z"), *texts) == right


@pytest.mark.parametrize(
    "pattern",
    ["%d-%b-%Y", "%B %d, %Y", "%d%b%Y"],
)
def test_names_of_months_are_what_strftime_writes(read: Read, pattern: str) -> None:
    days = [dt.date(2024, month, day) for month in range(1, 13) for day in (1, 28)]
    for change in (str, str.upper, str.lower):
        assert read(Date(pattern), *(change(day.strftime(pattern)) for day in days)) == days


@given(st.lists(DAYS, max_size=10), st.integers(1850, 2050))
def test_a_year_of_two_digits_is_within_the_declared_hundred(read: Read, days: list[dt.date], first: int) -> None:
    days = [day for day in days if (day.month, day.day) != (2, 29)]
    hundred = {year % 100: year for year in range(first, first + 100)}
    right = [day.replace(year=hundred[day.year % 100]) for day in days]
    assert read(Date("%y/%m/%d", first_year=first), *(f"{day:%y/%m/%d}" for day in days)) == right


def test_a_leap_day_of_two_digits_is_one_of_the_declared_century_alone(read: Read) -> None:
    assert read(Date("%d.%m.%y", first_year=1950), "29.02.00") == [dt.date(2000, 2, 29)]
    assert read(Date("%d.%m.%y", first_year=1850), "29.02.00") == ["[bad_date]"]


def test_all_hours_of_twelve(read: Read) -> None:
    hours = [dt.datetime(2024, 1, 1, hour, 59, tzinfo=dt.UTC) for hour in range(24)]
    kind = Timestamp("%Y-%m-%d %I:%M%p")
    assert read(kind, *(f"{each:%Y-%m-%d %I:%M%p}" for each in hours)) == hours
    assert (
        read(kind, "2024-01-01 00:59AM", "2024-01-01 13:59PM", "2024-01-01 1:59XM", "2024-01-01 1:59")
        == ["[bad_date]"] * 4
    )


def test_local_times_beside_offsets_are_of_the_zone(read: Read) -> None:
    kind = Timestamp("%Y-%m-%d %H:%M%z", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", tz="Europe/Berlin")
    texts = ["2024-07-01 12:00+00:00", "31/07/2024 12:00", "31/03/2024 02:30", "01/02/2024 00:00", "x", ""]
    assert read(kind, *texts) == [
        dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC), dt.datetime(2024, 7, 31, 10, tzinfo=dt.UTC),
        "[nonexistent_time]", "[ambiguous_date]", "[bad_date]", None,
    ]  # fmt: skip


def test_the_ends_of_the_calendar_hold_with_offsets(read: Read) -> None:
    kind = Timestamp("%Y-%m-%d %H:%M%z")
    assert read(kind, "0001-01-01 00:00+00:01", "9999-12-31 23:59-00:01", "0001-01-01 00:00-00:01") == [
        "[bad_date]", "[bad_date]", dt.datetime(1, 1, 1, 0, 1, tzinfo=dt.UTC),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("declare", "reason"),
    [
        (lambda: Date("%d.%m.%y"), "%y has no century"),
        (lambda: Date("%d.%m.%Y", first_year=1970), "none has it"),
        (lambda: Date("%d.%m.%y", first_year="1970"), "first_year must be a whole number"),
        (lambda: Date("%d.%m.%y", first_year=9901), "first_year must be a year"),
        (lambda: Date("%d.%m.%b.%Y"), "beside another directive for the same"),
        (lambda: Date("%d.%m.%y.%Y", first_year=1970), "beside another directive for the same"),
        (lambda: Date("%Y-%m-%d%z"), "a day has no time"),
        (lambda: Timestamp("%Y-%m-%d %I:%M"), "both %I and %p"),
        (lambda: Timestamp("%Y-%m-%d %H:%M %p"), "both %I and %p"),
        (lambda: Timestamp("%Y-%m-%d %H:%M%z", tz="Europe/Berlin"), "no zone is needed"),
        (lambda: Timestamp("%Y-%j"), "%j is not known"),
    ],
)  # fmt: skip
def test_a_declaration_that_says_too_little_is_refused(declare: object, reason: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(reason)):
        declare()  # type: ignore[operator]


def test_contracts_of_before_have_the_same_version() -> None:
    assert repr(Date("%Y-%m-%d")) == "Date(formats=('%Y-%m-%d',))"
    assert repr(Date("%y-%m-%d", first_year=1970)) == "Date(formats=('%y-%m-%d',), first_year=1970)"


@pytest.mark.parametrize(
    "kind",
    [
        Timestamp("%d-%b-%Y %H:%M:%S"), Timestamp("%B %d, %Y %I:%M:%S %p"), Timestamp("%Y-%m-%dT%H:%M:%S%z"),
        Timestamp("%Y-%m-%dT%H:%M:%S%z", "%d.%m.%y %H:%M:%S", tz="Europe/Berlin", first_year=1990),
        Timestamp("%d%b%y %H:%M:%S", tz="Africa/Nairobi", first_year=1990),
    ],
)  # fmt: skip
def test_stored_moments_are_written_so_that_the_type_reads_them(kind: ColumnType) -> None:
    moments = [
        dt.datetime(2024, month, 3, hour, 5, 6, tzinfo=dt.UTC) for month in (1, 5, 9) for hour in (0, 11, 12, 23)
    ]
    text = spell_moments(Instants.of(pa.array(moments, pa.timestamp("s", "UTC"))), kind)
    assert kind.parse(text).values.to_pylist() == moments


def test_stored_days_are_written_so_that_the_type_reads_them() -> None:
    days = [dt.date(2024, month, 29) for month in range(1, 13)]
    for kind in (Date("%d %B %Y"), Date("%d-%b-%y", first_year=1950)):
        assert kind.parse(spell_dates(pa.array(days), kind)).values.to_pylist() == days


def test_a_stored_day_of_another_century_is_a_reject() -> None:
    kind = Date("%d-%b-%y", first_year=1950)
    assert spell_dates(pa.array([dt.date(1949, 1, 1)]), kind).to_pylist() == ["1949-01-01"]
