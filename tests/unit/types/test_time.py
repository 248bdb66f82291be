"""Date, Timestamp and Duration: strict, unambiguous, in UTC."""

import datetime as dt
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.types import Date, Duration, Timestamp
from sluice.engine.types.times.zone import to_utc
from sluice.errors import ConfigError

ISO = "%Y-%m-%d %H:%M:%S"


def utc(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("UTC"))


def test_days_are_read_in_any_declared_format(read):
    assert read(Date("%Y-%m-%d", "%d/%m/%Y", "%m-%d-%Y"), "2022-04-11", "11/04/2022", "04-11-2022", " 2024-02-29 ") == [
        dt.date(2022, 4, 11), dt.date(2022, 4, 11), dt.date(2022, 4, 11), dt.date(2024, 2, 29),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["2024-02-30", "2023-02-29", "1900-02-29", "2022-13-01", "2022-00-10", "2022-01-00", "2022-01-32", "0000-01-01",
     "20220101", "2022-01-01x", "x2022-01-01", "2022/01/01", "22-01-01", "2022-01-01 00:00:00", "2022-1-", "2022--1-1",
     "\u0661\u0660\u0662\u0662-01-01", "n/a", "-", "2022-001-01"],
)  # fmt: skip
def test_what_is_no_day_is_a_bad_date(read, text):
    assert read(Date("%Y-%m-%d"), "2022-01-01", text) == [dt.date(2022, 1, 1), "[bad_date]"]


def test_leap_years_and_the_ends_of_the_calendar_are_right(read):
    assert read(Date("%Y-%m-%d"), "2000-02-29", "0001-01-01", "9999-12-31", "1582-10-10", "", None, "\u00a0") == [
        dt.date(2000, 2, 29), dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(1582, 10, 10), None, None, None,
    ]  # fmt: skip


def test_a_leading_zero_may_be_missing_only_beside_a_separator(read):
    assert read(Date("%d/%m/%Y"), "1/2/2022", "01/2/2022", "1/02/2022", "1/2/22") == [dt.date(2022, 2, 1)] * 3 + [
        "[bad_date]"
    ]
    assert read(Date("%Y%m%d"), "20220102", "2022112", "202212") == [dt.date(2022, 1, 2), "[bad_date]", "[bad_date]"]
    assert read(Timestamp(ISO), "2022-1-3 9:05:07", "2022-01-03 09:5:07") == [utc("2022-01-03 09:05:07"), "[bad_date]"]


def test_a_text_that_fits_two_formats_differently_is_ambiguous(read):
    both = Date("%d/%m/%Y", "%m/%d/%Y")
    assert read(both, "04/05/2022", "05/05/2022", "31/01/2022", "01/31/2022", "32/01/2022") == [
        "[ambiguous_date]", dt.date(2022, 5, 5), dt.date(2022, 1, 31), dt.date(2022, 1, 31), "[bad_date]",
    ]  # fmt: skip


def test_formats_are_told_apart_by_their_separator_and_shape(read):
    sales = Date("%d/%m/%Y", "%m-%d-%Y", "%Y-%m-%d")
    assert read(
        sales, "11/04/2022", "04-11-2022", "2022-04-11", "25/04/2022", "04-25-2022", "2022-04-25", "1/4/2022",
        "4-1-2022", "04/25/2022", "25-04-2022", "2022/04/11", "11.04.2022", "2022-25-04", "11/04-2022", "11/04/22",
    ) == [
        dt.date(2022, 4, 11), dt.date(2022, 4, 11), dt.date(2022, 4, 11),
        dt.date(2022, 4, 25), dt.date(2022, 4, 25), dt.date(2022, 4, 25), dt.date(2022, 4, 1), dt.date(2022, 4, 1),
        *["[bad_date]"] * 7,
    ]  # fmt: skip


def test_one_separator_for_two_formats_is_ambiguous_where_day_and_month_could_change_places(read):
    both = Date("%d/%m/%Y", "%m/%d/%Y")
    assert read(both, "03/04/2022", "25/04/2022", "04/25/2022", "04/04/2022", "3/4/2022", "29/02/2023") == [
        "[ambiguous_date]", dt.date(2022, 4, 25), dt.date(2022, 4, 25), dt.date(2022, 4, 4), "[ambiguous_date]",
        "[bad_date]",
    ]  # fmt: skip
    parsed = both.parse(pa.array(["03/04/2022"]))
    assert parsed.refused[0].reason == "'{value}' can be read by two declared formats, with different results."


def test_moments_in_several_formats_are_told_apart_likewise(read):
    stamps = Timestamp("%d/%m/%Y %H:%M", "%m-%d-%Y", "%Y-%m-%d %H:%M:%S", tz="Africa/Nairobi")
    assert read(stamps, "11/04/2022 03:00", "04-11-2022", "2022-04-11 03:00:00", "11/04/2022") == [
        utc("2022-04-11 00:00:00"), utc("2022-04-10 21:00:00"), utc("2022-04-11 00:00:00"), "[bad_date]",
    ]  # fmt: skip
    assert read(Timestamp("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"), "03/04/2022 10:00", "25/04/2022 10:00") == [
        "[ambiguous_date]", utc("2022-04-25 10:00:00"),
    ]  # fmt: skip


def test_local_times_become_utc(read):
    assert read(Timestamp(ISO, tz="Africa/Nairobi"), "2022-01-01 10:00:00", "2022-01-01 00:00:00", "", None) == [
        utc("2022-01-01 07:00:00"), utc("2021-12-31 21:00:00"), None, None,
    ]  # fmt: skip
    assert read(Timestamp("%d.%m.%YT%H:%M:%S.%f"), "03.02.2022T04:05:06.7", "03.02.2022T04:05:06.000007") == [
        utc("2022-02-03 04:05:06.7"), utc("2022-02-03 04:05:06.000007"),
    ]  # fmt: skip
    assert read(Timestamp("%Y-%m-%d", ISO), "2022-01-01", "2022-01-01 00:00:01") == [
        utc("2022-01-01 00:00:00"), utc("2022-01-01 00:00:01"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["2022-01-01 10:00:60", "2022-01-01 10:60:00", "2022-01-01 24:00:00", "2024-02-30 10:00:00", "2022-01-01",
     "2022-01-01 10:00", "2022-01-01  10:00:00", "2022-01-01T10:00:00", "2022-01-01 10:00:00Z", "2022-01-01 1O:00:00"],
)  # fmt: skip
def test_what_is_no_moment_is_a_bad_date(read, text):
    assert read(Timestamp(ISO), text, "2022-01-01 10:00:00") == ["[bad_date]", utc("2022-01-01 10:00:00")]


def test_times_that_clocks_jumped_over_do_not_exist(read):
    berlin = Timestamp(ISO, tz="Europe/Berlin")
    assert read(berlin, "2022-03-27 01:59:59", "2022-03-27 02:00:00", "2022-03-27 02:59:59", "2022-03-27 03:00:00") == [
        utc("2022-03-27 00:59:59"), "[nonexistent_time]", "[nonexistent_time]", utc("2022-03-27 01:00:00"),
    ]  # fmt: skip
    assert read(berlin, "2022-03-27 02:30:00") == ["[nonexistent_time]"]


def test_times_that_come_twice_are_the_first(read):
    berlin = Timestamp(ISO, tz="Europe/Berlin")
    assert read(berlin, "2022-10-30 01:59:59", "2022-10-30 02:30:00", "2022-10-30 03:00:00") == [
        utc("2022-10-29 23:59:59"), utc("2022-10-30 00:30:00"), utc("2022-10-30 02:00:00"),
    ]  # fmt: skip


def test_a_day_that_a_zone_skipped_does_not_exist(read):
    apia = Timestamp(ISO, tz="Pacific/Apia")
    assert read(apia, "2011-12-29 23:59:59", "2011-12-30 12:00:00", "2011-12-31 00:00:00") == [
        utc("2011-12-30 09:59:59"), "[nonexistent_time]", utc("2011-12-30 10:00:00"),
    ]  # fmt: skip


def test_utc_outside_the_years_of_four_digits_is_a_bad_date(read):
    assert read(Timestamp(ISO, tz="Africa/Nairobi"), "0001-01-01 00:00:00", "9999-12-31 23:59:59") == [
        "[bad_date]", utc("9999-12-31 20:59:59"),
    ]  # fmt: skip
    assert read(Timestamp(ISO), "0001-01-01 00:00:00", "9999-12-31 23:59:59") == [
        utc("0001-01-01 00:00:00"), utc("9999-12-31 23:59:59"),
    ]  # fmt: skip


def test_a_bad_row_does_not_disturb_the_zone_of_the_others(read):
    assert read(Timestamp(ISO, tz="Europe/Berlin"), "x", "2022-07-01 00:00:00", "") == [
        "[bad_date]", utc("2022-06-30 22:00:00"), None,
    ]  # fmt: skip
    assert read(Timestamp(ISO, tz="Europe/Berlin"), "x", None) == ["[bad_date]", None]


def test_durations_are_whole_seconds(read):
    assert read(Duration(), "00:05:30", "1:00:00", "24:00:00", "100:00:01", "9999:59:59", "", None, " 0:00:01 ") == [
        330, 3600, 86400, 360001, 35999999, None, None, 1,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "05:30",
        "00:60:00",
        "00:00:60",
        "10000:00:00",
        "-1:00:00",
        "1:0:00",
        "1:00:0",
        ":00:00",
        "330",
        "5m",
        "1:00:00.5",
    ],
)
def test_what_is_no_duration_is_a_bad_duration(read, text):
    assert read(Duration(), text, "00:00:01") == ["[bad_duration]", 1]


def test_minutes_and_seconds_alone_only_where_declared(read):
    assert read(Duration(minutes=True), "05:30", "5:30", "60:00", "05:60", "1:05:30") == [
        330, 330, "[bad_duration]", "[bad_duration]", 3930,
    ]  # fmt: skip


def test_types_declare_themselves():
    stamp = Timestamp(ISO, "%d/%m/%Y", tz="Africa/Nairobi")
    assert repr(stamp) == "Timestamp(formats=('%Y-%m-%d %H:%M:%S', '%d/%m/%Y'), tz='Africa/Nairobi')"
    assert stamp == Timestamp(ISO, "%d/%m/%Y", tz="Africa/Nairobi")
    assert [stamp.pg_type, Date("%Y-%m-%d").pg_type, Duration().pg_type] == ["timestamptz", "date", "integer"]


@pytest.mark.parametrize(
    "declare",
    [Date, lambda: Date("%Y-%m"), lambda: Date("%Y-%m-%d %H"), lambda: Date("%y-%m-%d"),
     lambda: Date("%Y-%m-%d%"), lambda: Timestamp("%Y-%m-%d %Y"), lambda: Timestamp(ISO, tz="Nairobi"),
     lambda: Timestamp(ISO, tz="")],
)  # fmt: skip
def test_a_declaration_that_cannot_be_is_met_at_once(declare):
    with pytest.raises(ConfigError):
        declare()


TIMES = st.one_of(
    st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30)).map(lambda t: f"{t:%Y-%m-%d %H:%M:%S}".zfill(19)),
    st.tuples(*[st.integers(0, top) for top in (9999, 13, 32, 24, 60, 60)]).map(
        lambda t: "{:04d}-{:02d}-{:02d} {:02d}:{:02d}:{:02d}".format(*t)
    ),
    st.text("0123456789-: ", min_size=17, max_size=20),
)


def slow(text):
    """strptime, after a look at the form, which strptime does not take strictly."""
    text = text.strip(" ")
    try:
        if [len(part) for part in text.replace(" ", "-").replace(":", "-").split("-")] != [4, 2, 2, 2, 2, 2]:
            return "[bad_date]" if text else None
        if text[4::3] != "-- ::" or not (text[:4] + text[5:7]).isdigit() or text[17:] > "59":
            return "[bad_date]"
        return dt.datetime.strptime(text, ISO).replace(tzinfo=ZoneInfo("UTC"))
    except ValueError:
        return "[bad_date]"


@given(st.lists(TIMES, max_size=10))
def test_moments_are_what_strptime_makes_of_them(read, texts):
    padded = [t for t in texts if t == t.strip() and "  " not in t and slow_applies(t)]
    assert read(Timestamp(ISO), *padded) == [slow(text) for text in padded]


def slow_applies(text):
    """Texts without leading zeros are another test's matter."""
    return [len(p) for p in text.replace(" ", "-").replace(":", "-").split("-")] == [4, 2, 2, 2, 2, 2] or len(text) > 19


ZONES = ["Africa/Nairobi", "Europe/Berlin", "America/New_York", "Africa/Casablanca", "Australia/Lord_Howe",
         "Pacific/Apia", "Asia/Kuala_Lumpur", "America/St_Johns", "Africa/Monrovia",
         "Europe/Dublin", "Asia/Kathmandu"]  # fmt: skip
NEAR = st.sampled_from(
    [dt.datetime(2022, 3, 27, 2), dt.datetime(2022, 10, 30, 2), dt.datetime(2022, 3, 13, 2), dt.datetime(2011, 12, 30),
     dt.datetime(1981, 12, 31, 23, 30), dt.datetime(1972, 1, 7), dt.datetime(1928, 7, 1), dt.datetime(2023, 4, 23, 2)]
)  # fmt: skip
LOCAL = st.one_of(
    st.datetimes(dt.datetime(1, 1, 3), dt.datetime(9999, 12, 28)),
    st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2040, 1, 1)),
    st.builds(lambda t, s: t + dt.timedelta(seconds=s), NEAR, st.integers(-100_000, 100_000)),
)


@given(st.lists(LOCAL, min_size=1, max_size=8), st.sampled_from(ZONES))
def test_zones_are_what_zoneinfo_makes_of_them(times, name):
    zone = ZoneInfo(name)
    local = pa.array([t.replace(tzinfo=None) for t in times], pa.timestamp("us")).cast(pa.int64()).to_numpy()
    found, gap = to_utc(local, name)
    for row, time in enumerate(times):
        aware = time.replace(tzinfo=zone)
        exact = aware.astimezone(dt.UTC)
        exists = exact.astimezone(zone).replace(tzinfo=None) == time
        assert bool(gap is not None and gap[row]) is not exists, time
        assert int(found[row]) == (exact - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
