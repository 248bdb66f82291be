"""A beat that was down, one too many, and clocks that change: what became of each day, and for which day runs are."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from sluice.engine.database.connection import drop_connection
from sluice.engine.declare import Daily
from sluice.engine.schedule import check_schedule
from sluice.pipelines.call_logs import pipeline as call_logs
from tests.kit.office import Office, at

AT_THREE = Daily("03:00", tz="Africa/Kigali")  # 01:00 UTC
EACH = Daily("03:00", tz="Africa/Kigali", catch_up="each")


def test_a_day_is_run_once_and_for_that_day(office: Office) -> None:
    office.use(AT_THREE)
    office.put_all("customer_ltv")

    assert office.check("2026-05-02 01:00") == [
        ("2026-05-02", ["customer_ltv/customers.csv", "customer_ltv/orders.csv", "customer_ltv/payments.csv"])
    ]
    assert office.check("2026-05-02 01:01") == office.check("2026-05-03 00:59") == []
    assert office.days() == [("2026-05-02", "started")]
    assert office.engine.sql("select as_of::text, customer_id, ltv::text from customer_ltv") == [
        ("2026-05-02", 1, "15.00")
    ]


def test_of_missed_days_the_latest_is_run_and_the_others_are_skipped(office: Office) -> None:
    office.use(AT_THREE)
    office.put_all("customer_ltv")
    office.check("2026-05-02 09:00")
    office.put("customer_ltv/orders-5.csv", "11,1,2026-05-05,tea,5.00")

    assert office.check("2026-05-05 09:00") == [("2026-05-05", ["customer_ltv/orders-5.csv"])]
    assert office.days() == [
        ("2026-05-02", "started"),
        ("2026-05-03", "skipped"),
        ("2026-05-04", "skipped"),
        ("2026-05-05", "started"),
    ]


def test_or_every_one_of_them_in_order(office: Office) -> None:
    office.use(EACH)
    office.put_all("customer_ltv")
    office.check("2026-05-02 09:00")
    office.put("customer_ltv/orders-3.csv", "11,1,2026-05-03,tea,5.00")

    assert office.check("2026-05-05 09:00") == [
        ("2026-05-03", ["customer_ltv/orders-3.csv"]),
        ("2026-05-04", []),
        ("2026-05-05", []),
    ]
    assert [state for _, state in office.days()] == ["started"] * 4
    assert office.engine.sql("select as_of::text from customer_ltv order by 1") == [
        ("2026-05-02",),
        ("2026-05-03",),
        ("2026-05-04",),
        ("2026-05-05",),
    ]


def test_days_with_files_of_their_own_are_caught_up_with_those(office: Office) -> None:
    office.use(EACH, "%Y-%m-%d/{}*.csv")
    for day in (2, 3, 5):
        office.put(f"2026-05-0{day}/orders.csv", f"1{day},1,2026-05-0{day},tea,5.00")
    office.put("2026-05-02/customers.csv")
    office.check("2026-05-02 09:00")

    assert office.check("2026-05-05 09:00") == [
        ("2026-05-03", ["2026-05-03/orders.csv"]),
        ("2026-05-04", []),
        ("2026-05-05", ["2026-05-05/orders.csv"]),
    ]


def test_files_of_skipped_days_go_with_the_latest_but_their_snapshots_do_not(office: Office) -> None:
    office.use(AT_THREE, "%Y-%m-%d/{}*.csv")
    office.put("2026-05-02/customers.csv")
    office.check("2026-05-02 09:00")
    for day in (3, 4, 5):
        office.put(f"2026-05-0{day}/orders.csv", f"1{day},1,2026-05-0{day},tea,5.00")
        office.put(f"2026-05-0{day}/customers.csv", f"{day},Ada,Uwase,ada@example.com,RW,F,1990-01-01")

    assert office.check("2026-05-05 09:00") == [
        (
            "2026-05-05",
            ["2026-05-05/customers.csv", *(f"2026-05-0{day}/orders.csv" for day in (3, 4, 5))],
        )
    ]
    assert office.engine.sql("select customer_id from customers") == [(5,)]
    assert office.engine.sql("select count(*) from orders") == [(3,)]


def test_the_first_time_ever_only_the_latest_day_is_run(office: Office) -> None:
    office.use(EACH)
    office.put_all("customer_ltv")

    assert [as_of for as_of, _ in office.check("2026-05-02 00:59")] == ["2026-05-01"]
    assert [as_of for as_of, _ in office.check("2026-05-02 01:00")] == ["2026-05-02"]


def test_due_times_that_were_taken_before_days_were_kept_count(office: Office) -> None:
    office.use(AT_THREE)
    office.put_all("customer_ltv")
    office.engine.sql("insert into sluice.tick values ('customer_ltv-daily', '2026-05-01 23:00+00')")

    assert office.check("2026-05-02 09:00") == []  # 23:00 UTC is the second of May in Kigali
    assert [as_of for as_of, _ in office.check("2026-05-03 01:00")] == ["2026-05-03"]


def test_a_schedule_that_is_declared_otherwise_does_not_run_a_day_twice(office: Office) -> None:
    office.use(AT_THREE)
    office.put_all("customer_ltv")
    office.check("2026-05-02 01:00")
    office.use(Daily("05:00", tz="Africa/Kigali"))

    assert office.check("2026-05-02 03:00") == []
    assert [as_of for as_of, _ in office.check("2026-05-03 03:00")] == ["2026-05-03"]


def test_any_number_of_beats_start_one_run_a_day(office: Office) -> None:
    office.use(EACH)
    office.put_all("customer_ltv")
    office.check("2026-05-01 09:00")
    begin, failed = threading.Barrier(6), []

    def beat() -> None:
        try:
            begin.wait(120)
            check_schedule(office.engine.pipeline, at("2026-05-04 09:00"), office.start)
        except Exception as error:  # noqa: BLE001 - told in the test's own thread
            failed.append(error)
        finally:
            drop_connection()

    beats = [threading.Thread(target=beat) for _ in range(6)]
    for each in beats:
        each.start()
    for each in beats:
        each.join(40)

    office.check("2026-05-04 09:05")  # whoever saw another at work left the rest to it
    assert failed == []
    assert office.engine.sql("select options->>'as_of', count(*) from sluice.run group by 1 order by 1") == [
        ("2026-05-01", 1),
        ("2026-05-02", 1),
        ("2026-05-03", 1),
        ("2026-05-04", 1),
    ]


@pytest.mark.parametrize(
    ("zone", "local", "begin", "days"),
    [
        ("Europe/Berlin", "02:30", "2026-03-28 12:00", ["2026-03-28", "2026-03-29", "2026-03-30"]),
        ("Europe/Berlin", "02:30", "2026-10-24 12:00", ["2026-10-24", "2026-10-25", "2026-10-26"]),
        ("America/New_York", "02:30", "2026-03-07 12:00", ["2026-03-07", "2026-03-08", "2026-03-09"]),
        ("America/New_York", "01:30", "2026-10-31 12:00", ["2026-10-31", "2026-11-01", "2026-11-02"]),
        ("Australia/Lord_Howe", "02:15", "2026-10-03 00:00", ["2026-10-03", "2026-10-04", "2026-10-05"]),
        ("Australia/Lord_Howe", "01:45", "2026-04-04 00:00", ["2026-04-04", "2026-04-05", "2026-04-06"]),
        ("Pacific/Apia", "02:00", "2011-12-29 00:00", ["2011-12-28", "2011-12-29", "2011-12-31"]),
    ],
)
def test_days_on_which_clocks_change_are_run_once(
    office: Office, zone: str, local: str, begin: str, days: list[str]
) -> None:
    office.use(Daily(local, tz=zone, catch_up="each"))
    office.put_all("customer_ltv")
    every_half_hour = [str(at(begin).replace(tzinfo=None) + timedelta(minutes=30 * number)) for number in range(120)]

    started = [as_of for now in every_half_hour for as_of, _ in office.check(now, finish=False)]

    assert started[:3] == days


def test_a_pipeline_without_a_date_runs_what_is_new_and_nothing_else(office: Office) -> None:
    office.use(AT_THREE, pipeline=call_logs)
    header = "customer_id,call_cost,call_destination,call_date,call_duration\n"
    (office.inbox / "call_logs").mkdir()

    assert office.check("2026-05-02 01:00") == []
    (office.inbox / "call_logs" / "a.csv").write_text(header + "1,$1.00,Nairobi,2024-01-01 10:00:00,00:01:00\n")
    assert office.check("2026-05-02 01:01") == []
    assert office.check("2026-05-03 01:00") == [(None, ["call_logs/a.csv"])]
    assert office.check("2026-05-04 01:00") == []
    assert office.days() == [("2026-05-02", "nothing"), ("2026-05-03", "started"), ("2026-05-04", "nothing")]
    assert office.note("2026-05-04") == "Nothing new in the inbox is like call_logs/*.csv*."
