"""Files that come late, or not at all: what a day waits for, the alarm, and the run when they come."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from sluice.engine.base.settings import settings
from sluice.engine.declare import Daily
from sluice.engine.doctor.schedules import look_at_schedules
from sluice.engine.ledger.cleanup import purge
from sluice.engine.schedule import Alarm, alarms, overview
from sluice.pipelines.call_logs import pipeline as call_logs
from tests.kit.office import Office, at

UNTIL_SIX = Daily("03:00", tz="Africa/Kigali", deadline="06:00")  # due at 01:00 UTC, waits until 04:00
BY_DAY = "%Y-%m-%d/{}*.csv"


def test_a_late_file_raises_an_alarm_once_and_the_day_runs_when_it_comes(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.use(UNTIL_SIX, BY_DAY)
    office.put("2026-05-02/customers.csv")
    office.put("2026-05-02/orders.csv")

    assert office.check("2026-05-02 01:00") == office.check("2026-05-02 03:59") == []
    assert office.days() == [("2026-05-02", "waiting")]
    assert office.note("2026-05-02") == "Nothing new like 2026-05-02/payment*.csv has come."
    for minute in ("04:00", "04:01", "04:02", "23:00"):
        assert office.check(f"2026-05-02 {minute}") == []
    assert office.days() == [("2026-05-02", "missing_input")]
    assert [each.message for each in caplog.records if each.levelno == logging.ERROR] == [
        "customer_ltv of 2026-05-02: missing_input: Nothing new like 2026-05-02/payment*.csv has come."
    ]
    pipelines = [office.engine.pipeline]
    assert alarms(pipelines) == [
        Alarm("customer_ltv", at("2026-05-02 00:00").date(), "Nothing new like 2026-05-02/payment*.csv has come.")
    ]
    (found,) = look_at_schedules(pipelines)
    assert (found.state, found.found) == ("wrong", "customer_ltv of 2026-05-02")

    office.put("2026-05-02/payments.csv")
    assert office.check("2026-05-02 23:30") == [
        ("2026-05-02", ["2026-05-02/customers.csv", "2026-05-02/orders.csv", "2026-05-02/payments.csv"])
    ]
    assert office.engine.sql("select as_of::text, ltv::text from customer_ltv") == [("2026-05-02", "15.00")]
    assert alarms(pipelines) == []
    (found,) = look_at_schedules(pipelines)
    assert (found.state, found.found) == ("ok", "none")


def test_the_days_after_do_not_wait_for_one_whose_files_are_missing(office: Office) -> None:
    office.use(UNTIL_SIX, BY_DAY)
    office.check("2026-05-02 05:00")
    office.put_all("2026-05-03")

    assert [as_of for as_of, _ in office.check("2026-05-03 01:00")] == ["2026-05-03"]
    office.put_all("2026-05-02")
    assert [as_of for as_of, _ in office.check("2026-05-03 12:00")] == ["2026-05-02"]
    assert office.days() == [("2026-05-02", "started"), ("2026-05-03", "started")]


def test_what_comes_after_the_run_of_its_day_goes_with_the_next_one(office: Office) -> None:
    office.use(UNTIL_SIX, BY_DAY)
    for day in ("2026-05-02", "2026-05-03", "2026-05-11"):
        office.put_all(day)
    office.check("2026-05-02 01:00")
    office.put("2026-05-02/orders-b.csv", "11,1,2026-05-02,tea,5.00")
    office.put("2026-05-02/customers-b.csv", "2,Eve,Older,eve@example.com,RW,F,1990-01-01")

    assert office.check("2026-05-03 01:00") == [
        (
            "2026-05-03",
            [
                "2026-05-03/customers.csv",
                "2026-05-02/orders-b.csv",
                "2026-05-03/orders.csv",
                "2026-05-03/payments.csv",
            ],
        )
    ]
    office.put("2026-05-03/payments-b.csv", "101,1,11,2026-05-03,5.00")  # nobody looks for it after a week
    assert office.check("2026-05-11 01:00") == [
        ("2026-05-11", ["2026-05-11/customers.csv", "2026-05-11/orders.csv", "2026-05-11/payments.csv"])
    ]


def test_a_late_snapshot_does_not_replace_a_newer_one(office: Office) -> None:
    office.use(UNTIL_SIX, BY_DAY)
    office.check("2026-05-02 05:00")
    office.put_all("2026-05-03")
    office.put("2026-05-03/customers.csv", "2,Eve,Newer,eve@example.com,RW,F,1990-01-01")
    office.check("2026-05-03 01:00")
    office.put_all("2026-05-02")
    office.put("2026-05-02/orders.csv", "11,1,2026-01-01,tea,5.00")

    assert office.check("2026-05-03 12:00") == [
        ("2026-05-02", ["2026-05-02/orders.csv", "2026-05-02/payments.csv"]),
    ]
    assert office.engine.sql("select customer_id from customers") == [(2,)]


def test_where_names_have_no_day_what_comes_late_is_for_the_latest_day(office: Office) -> None:
    office.use(UNTIL_SIX)
    office.put_all("customer_ltv")
    office.check("2026-05-01 01:00")
    assert office.check("2026-05-02 05:00") == []
    assert office.days()[-1] == ("2026-05-02", "missing_input")
    assert office.check("2026-05-03 01:00") == []
    assert office.days()[1:] == [("2026-05-02", "skipped"), ("2026-05-03", "waiting")]

    office.put("customer_ltv/customers-3.csv", "2,Eve,Newer,eve@example.com,RW,F,1990-01-01")
    office.put("customer_ltv/orders-3.csv", "11,2,2026-05-01,tea,5.00")
    assert office.check("2026-05-03 01:30") == []
    office.put("customer_ltv/payments-3.csv", "101,2,11,2026-05-01,5.00")
    assert office.check("2026-05-03 01:31") == [
        (
            "2026-05-03",
            ["customer_ltv/customers-3.csv", "customer_ltv/orders-3.csv", "customer_ltv/payments-3.csv"],
        )
    ]
    assert office.engine.sql("select customer_id from customers") == [(2,)]  # the older snapshot is left alone


def test_or_for_the_oldest_that_waits_when_each_day_is_to_be_run(office: Office) -> None:
    office.use(Daily("03:00", tz="Africa/Kigali", deadline="06:00", catch_up="each"))
    office.check("2026-05-02 05:00")
    office.check("2026-05-03 02:00")
    office.put_all("customer_ltv")

    assert [as_of for as_of, _ in office.check("2026-05-03 03:00")] == ["2026-05-02"]
    assert office.days() == [("2026-05-02", "started"), ("2026-05-03", "waiting")]


def test_a_file_is_new_again_once_it_has_changed_and_known_when_it_was_loaded_by_hand(office: Office) -> None:
    office.use(Daily("03:00", tz="Africa/Kigali"))
    office.put_all("customer_ltv")
    by_hand = office.put("customer_ltv/payments.csv")
    office.engine.finish(office.engine.register(by_hand, as_of="2026-05-01"))

    assert office.check("2026-05-02 01:00") == [
        ("2026-05-02", ["customer_ltv/customers.csv", "customer_ltv/orders.csv"])
    ]
    os.utime(office.put("customer_ltv/orders.csv", "12,1,2026-05-02,tea,7.00"), ns=(0, 1))
    assert office.check("2026-05-03 01:00") == [("2026-05-03", ["customer_ltv/orders.csv"])]
    assert office.check("2026-05-04 01:00") == [("2026-05-04", [])]


def test_a_file_that_could_not_be_loaded_is_not_tried_again_before_it_changes(office: Office) -> None:
    office.use(Daily("03:00", tz="Africa/Kigali"))
    office.put_all("customer_ltv")
    broken = office.inbox / "customer_ltv" / "orders-broken.csv"
    broken.write_text("nothing of the kind\n1\n")

    assert len(office.check("2026-05-02 01:00")[0][1]) == 4
    assert office.engine.sql("select state from sluice.input where uri = %s", str(broken)) == [("failed",)]
    assert office.check("2026-05-03 01:00") == [("2026-05-03", [])]


def test_a_day_that_never_had_files_can_be_run_without_them(office: Office) -> None:
    office.use(UNTIL_SIX, BY_DAY)
    office.put_all("2026-05-01")
    office.check("2026-05-01 01:00")
    office.check("2026-05-02 05:00")
    assert office.days()[-1] == ("2026-05-02", "missing_input")

    assert office.backfill("2026-05-02") == ("2026-05-02", [])
    assert office.days()[-1] == ("2026-05-02", "started")
    assert alarms([office.engine.pipeline]) == []


def test_an_inbox_that_is_not_there_costs_time_and_no_day(office: Office) -> None:
    office.use(Daily("03:00", tz="Africa/Kigali"))
    office.inbox.rmdir()

    assert office.check("2026-05-02 01:00") == []
    assert office.days() == [("2026-05-02", "waiting")]
    assert office.note("2026-05-02") == (
        f"The inbox {office.inbox} does not exist: create the folder, mount it, or set SLUICE_INBOX."
    )
    office.put_all("customer_ltv")
    assert [as_of for as_of, _ in office.check("2026-05-02 14:00")] == ["2026-05-02"]


def test_nothing_is_built_while_nothing_was_ever_loaded(office: Office) -> None:
    office.use(Daily("03:00", tz="Africa/Kigali"))

    assert office.check("2026-05-02 01:00") == []
    assert office.days() == [("2026-05-02", "nothing")]
    office.put_all("customer_ltv")
    assert office.check("2026-05-02 23:00") == []
    assert [as_of for as_of, _ in office.check("2026-05-03 01:00")] == ["2026-05-03"]


def test_purge_leaves_days_that_wait(office: Office) -> None:
    office.use(UNTIL_SIX, BY_DAY)
    office.check("2026-05-01 05:00")
    for day in ("2026-05-02", "2026-05-03"):
        office.put_all(day)
        office.check(f"{day} 01:00")

    assert purge.count_purgeable([], at("2026-06-01 00:00"))["ticks"] == 1
    assert purge.purge_ticks(at("2026-06-01 00:00")) == 1
    assert office.days() == [("2026-05-01", "missing_input"), ("2026-05-03", "started")]


def test_the_overview_tells_the_last_and_the_next_due_time_in_the_zone_of_the_schedule(office: Office) -> None:
    office.use(Daily("02:30", tz="Europe/Berlin", deadline="06:00"), BY_DAY)
    office.put_all("2026-03-28")
    office.check("2026-03-28 02:00")
    office.check("2026-03-29 05:00")

    (found,) = overview([office.engine.pipeline], at("2026-03-29 05:00"))

    assert found.last is not None
    assert (found.pipeline, found.at, found.tz, found.deadline) == ("customer_ltv", "02:30", "Europe/Berlin", "06:00")
    assert (found.last.due.isoformat(), str(found.last.day), found.last.state, found.last.run) == (
        "2026-03-29T03:00:00+02:00",
        "2026-03-29",
        "missing_input",
        None,
    )
    assert (found.next_due.isoformat(), str(found.next_day)) == ("2026-03-30T02:30:00+02:00", "2026-03-30")
    assert [str(each.day) for each in found.alarms] == ["2026-03-29"]

    office.put_all("2026-03-29")
    office.check("2026-03-29 06:00")
    (found,) = overview([office.engine.pipeline], at("2026-03-29 06:00"))
    assert (found.last and found.last.state, found.last and found.last.run, found.alarms) == ("done", 2, [])
    assert overview([], at("2026-03-29 06:00")) == []


def test_an_archive_in_the_inbox_is_known_by_its_members(office: Office, tmp_path: Path) -> None:
    office.use(Daily("03:00", tz="Africa/Kigali"), pipeline=call_logs)
    settings.cache_clear()
    import zipfile

    (office.inbox / "call_logs").mkdir()
    with zipfile.ZipFile(office.inbox / "call_logs" / "may.csv.zip", "w") as archive:
        header = "customer_id,call_cost,call_destination,call_date,call_duration\n"
        archive.writestr("1.csv", header + "1,$1.00,Nairobi,2024-01-01 10:00:00,00:01:00\n")
        archive.writestr("2.csv", header + "2,$1.00,Nairobi,2024-01-01 10:00:00,00:01:00\n")

    assert office.check("2026-05-02 01:00") == [
        (None, ["call_logs/may.csv.zip::1.csv", "call_logs/may.csv.zip::2.csv"])
    ]
    assert office.check("2026-05-03 01:00") == []
