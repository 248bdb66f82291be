"""Any value of any kind, through Parquet and CSV, under each declared type: the same value, or a reject."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal as Exact
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine.types import Boolean, Date, Decimal, Duration, Integer, Money, Phone, Text, Timestamp
from tests.kit.budget import examples
from tests.unit.parquet.files import Back, there_and_back

MANY = settings(max_examples=examples(200), deadline=None)
ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Africa/Nairobi", "Australia/Lord_Howe", "Asia/Gaza"]
)
FORMATS = st.lists(
    st.sampled_from(
        [
            "%Y-%m-%d %H:%M:%S.%f",
            "%d/%m/%Y %H:%M:%S",
            "%m/%d/%Y %H:%M:%S",
            "%Y%m%d",
            "%Y-%m-%dT%H:%M:%SZ",
            "%d.%m.%Y %H:%M",
        ]
    ),
    min_size=1,
    max_size=3,
    unique=True,
)
MOMENTS = st.one_of(
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 28)),
    st.datetimes(datetime(2022, 1, 1), datetime(2023, 1, 1)).map(lambda at: at.replace(minute=0, second=0)),
    # around the turns of clocks
    st.integers(0, 8 * 60).map(lambda minutes: datetime(2022, 10, 29, 22) + timedelta(minutes=minutes)),
    st.integers(0, 8 * 60).map(lambda minutes: datetime(2022, 3, 26, 22) + timedelta(minutes=minutes)),
    st.dates(date(1, 1, 3), date(9999, 12, 28)).map(lambda day: datetime(day.year, day.month, day.day)),
)  # fmt: skip


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.one_of(st.none(), values), min_size=1, max_size=12)


def check(values: list[Any], back: Back) -> None:
    """Each value is the same again, or null with a reject; no null is refused."""
    for row, (value, found) in enumerate(zip(values, back.values, strict=True)):
        if value is None or row in back.refused:
            assert found is None
            assert value is not None or row not in back.refused
        else:
            assert found == value, (value, back.texts[row])


@MANY
@given(some(MOMENTS), FORMATS, ZONES, ZONES, st.sampled_from(["s", "ms", "us", "ns"]))
def test_instants(values: list[datetime | None], formats: list[str], zone: str, own: str, unit: str) -> None:
    whole = [
        value and value.replace(microsecond=0 if unit == "s" else value.microsecond // 1000 * 1000) for value in values
    ]
    if unit == "ns":
        whole = [value and value.replace(year=1700 + value.year % 500, day=min(value.day, 28)) for value in whole]
    aware = [value and value.replace(tzinfo=UTC) for value in whole]
    array = pa.array(aware, pa.timestamp("us", own)).cast(pa.timestamp(unit, own))
    declared = Timestamp(*formats, tz=zone)
    back = there_and_back(array, declared)
    check(aware, back)
    if formats[0] == "%Y-%m-%d %H:%M:%S.%f" and len(formats) == 1:
        # all are held but those of the second of two equal hours
        late = [row for row, value in enumerate(aware) if value and value.astimezone(ZoneInfo(zone)).fold]
        assert sorted(back.refused) == late


@MANY
@given(some(MOMENTS), FORMATS, ZONES)
def test_local_times(values: list[datetime | None], formats: list[str], zone: str) -> None:
    back = there_and_back(pa.array(values, pa.timestamp("us")), Timestamp(*formats, tz=zone))
    check([value and value.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for value in values], back)


@MANY
@given(
    some(st.dates()), st.lists(st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d"]), min_size=1, unique=True)
)
def test_days(values: list[date | None], formats: list[str]) -> None:
    for kind in (pa.date32(), pa.date64(), pa.timestamp("s")):
        check(values, there_and_back(pa.array(values, pa.date32()).cast(kind), Date(*formats)))


@MANY
@given(
    some(st.timedeltas(timedelta(0), timedelta(hours=10_001))), st.sampled_from(["s", "ms", "us", "ns"]), st.booleans()
)
def test_lengths_of_time(values: list[timedelta | None], unit: str, minutes: bool) -> None:
    array = pa.array(values, pa.duration("us")).cast(pa.duration(unit), safe=False)
    micros = array.cast(pa.duration("us")).cast(pa.int64()).to_pylist()
    check([count and count / 1_000_000 for count in micros], there_and_back(array, Duration(minutes)))


@MANY
@given(some(st.times()))
def test_times_of_day(values: list[time | None]) -> None:
    seconds = [at and at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1e6 for at in values]
    check(seconds, there_and_back(pa.array(values, pa.time64("us")), Duration()))


NUMBERS = [
    Decimal(),
    Decimal(30, 12),
    Decimal(14, 2, thousands=".", point=","),
    Decimal(14, 3, point=","),
    Money("USD"),
]
NUMBERS += [Decimal(14, 2, thousands=",", accounting=True), Money("CHF", thousands="'")]


@MANY
@given(
    some(st.decimals(-(10**14), 10**14, places=4)), st.sampled_from(NUMBERS), st.sampled_from(["1", "0.01", "0.0001"])
)
def test_decimals(values: list[Exact | None], declared: Decimal | Money, step: str) -> None:
    coarse = [value if value is None else value.quantize(Exact(step)) for value in values]
    check(coarse, there_and_back(pa.array(coarse, pa.decimal128(30, 6)), declared))


@MANY
@given(some(st.one_of(st.floats(), st.integers(-(10**9), 10**9).map(lambda n: n / 100))), st.sampled_from(NUMBERS))
def test_floats_as_decimals(values: list[float | None], declared: Decimal | Money) -> None:
    back = there_and_back(pa.array(values, pa.float64(), from_pandas=False), declared)
    shortest = [Exact(repr(value)) if value is not None and math.isfinite(value) else value for value in values]
    check(shortest, back)
    odd = {row for row, value in enumerate(values) if value is not None and not math.isfinite(value)}
    assert odd <= back.refused.keys()


@MANY
@given(some(st.one_of(st.floats(), st.integers(-(2**62), 2**62).map(float))), st.sampled_from(["", ",", "."]))
def test_floats_as_integers(values: list[float | None], thousands: str) -> None:
    check(values, there_and_back(pa.array(values, pa.float64(), from_pandas=False), Integer(thousands=thousands)))


@MANY
@given(some(st.integers(0, 2**64 - 1)))
def test_whole_numbers(values: list[int | None]) -> None:
    array = pa.array(values, pa.uint64())
    for declared in (Integer(), Decimal(20, 0), Decimal(14, 2, thousands=".", point=",")):
        check(values, there_and_back(array, declared))


@MANY
@given(some(st.booleans()))
def test_booleans(values: list[bool | None]) -> None:
    check(values, there_and_back(pa.array(values, pa.bool_()), Boolean()))


@MANY
@given(some(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))))
def test_texts_for_every_type(values: list[str | None]) -> None:
    array = pa.array(values, pa.string())
    for declared in (Text(), Integer(), Money("USD"), Date("%Y-%m-%d"), Duration(), Phone("KE"), Boolean()):
        back = there_and_back(array, declared)
        assert back.texts == [value or "" for value in values]
        assert back.values == declared.parse(array).values.to_pylist()
