"""Schedules with several due times a day: each is one run, for its day, and each file is loaded once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sluice.engine.database.connection import drop_connection
from sluice.engine.declare import Cron, Daily, Every, Hourly, Pipeline
from sluice.engine.schedule import check_schedule, overview
from sluice.pipelines.call_logs import pipeline as call_logs
from tests.kit.office import Office, at


def ticks(office: Office) -> list[tuple[str, str, str]]:
    return office.engine.sql(
        "select to_char(due_time at time zone 'UTC', 'MM-DD HH24:MI'), day::text, state from sluice.tick order by 1"
    )


def test_each_hour_loads_what_is_new(office: Office) -> None:
    office.use(Hourly(5), "%Y-%m-%d/{}*.csv")
    office.put_all("2026-05-02")

    assert office.check("2026-05-02 10:04") == [
        ("2026-05-02", [f"2026-05-02/{kind}.csv" for kind in ("customers", "orders", "payments")])
    ]
    office.put("2026-05-02/orders-b.csv", "11,1,2026-05-02,tea,5.00")
    assert office.check("2026-05-02 10:05") == [("2026-05-02", ["2026-05-02/orders-b.csv"])]
    assert office.check("2026-05-02 10:06") == []
    assert ticks(office) == [
        ("05-02 09:05", "2026-05-02", "started"),
        ("05-02 10:05", "2026-05-02", "started"),
    ]


def test_of_missed_times_the_latest_is_run_and_the_others_are_skipped(office: Office) -> None:
    office.use(Every(timedelta(minutes=30), tz="Africa/Kigali"))
    office.put_all("customer_ltv")
    office.check("2026-05-02 20:59")
    office.put("customer_ltv/orders-b.csv", "11,1,2026-05-02,tea,5.00")

    assert office.check("2026-05-02 22:10") == [("2026-05-03", ["customer_ltv/orders-b.csv"])]
    assert ticks(office) == [
        ("05-02 20:30", "2026-05-02", "started"),
        ("05-02 21:00", "2026-05-02", "skipped"),
        ("05-02 21:30", "2026-05-02", "skipped"),
        ("05-02 22:00", "2026-05-03", "started"),
    ]


def test_no_more_than_a_hundred_missed_times_are_run_and_the_oldest_says_so(office: Office) -> None:
    office.use(Every(timedelta(minutes=1), catch_up="each"))
    office.check("2026-05-02 00:00")
    assert office.engine.sql("select count(*) from sluice.tick") == [(1,)]

    office.check("2026-05-09 00:00")
    counted = "select state, count(*), min(due_time)::text from sluice.tick where due_time > %s group by 1 order by 1"
    assert office.engine.sql(counted, at("2026-05-02 00:00")) == [
        ("nothing", 100, "2026-05-08 22:21:00+00"),
        ("skipped", 1, "2026-05-08 22:20:00+00"),
    ]
    assert office.engine.sql("select note from sluice.tick where state = 'skipped'") == [
        ("It was missed, and so were others before it, which are not listed: at most the 100 newest are made up for.",)
    ]
    assert office.check("2026-05-09 00:00") == []


def test_any_number_of_beats_start_one_run_for_each_time(office: Office) -> None:
    office.use(Cron("*/15 8-18 * * *", catch_up="each"))
    office.put_all("customer_ltv")
    office.check("2026-05-01 09:00")
    begin, failed = threading.Barrier(4), []

    def beat() -> None:
        try:
            begin.wait(120)
            check_schedule(office.engine.pipeline, at("2026-05-01 10:00"), office.start)
        except Exception as error:  # noqa: BLE001 - raised in the test's own thread
            failed.append(error)
        finally:
            drop_connection()

    beats = [threading.Thread(target=beat) for _ in range(4)]
    for each in beats:
        each.start()
    for each in beats:
        each.join(60)
    office.check("2026-05-01 10:01", finish=False)  # what another beat was busy with
    assert failed == []
    assert office.engine.sql("select count(*), count(distinct run_id) from sluice.tick where state = 'started'") == [
        (5, 5)
    ]
    assert office.engine.sql("select count(*) from sluice.run") == [(5,)]


def test_a_daily_schedule_that_becomes_hourly_goes_on_after_its_last_due_time(office: Office) -> None:
    office.use(Daily("03:00"))
    office.put_all("customer_ltv")
    office.check("2026-05-02 03:00")
    office.use(Hourly())

    assert office.check("2026-05-02 03:59") == []
    assert [day for day, _ in office.check("2026-05-02 04:00")] == ["2026-05-02"]
    office.use(Daily("03:00"))
    assert office.check("2026-05-02 23:00") == []
    assert [day for day, _ in office.check("2026-05-03 03:00")] == ["2026-05-03"]


def test_the_overview_says_when_it_is_due(office: Office, tmp_path: Path) -> None:
    office.use(Cron("*/15 8-18 * * mon-fri", tz="Europe/Berlin"))
    (found,) = overview([office.engine.pipeline], at("2026-05-02 12:00"))
    assert (found.schedule, found.at, found.last) == ("cron */15 8-18 * * mon-fri Europe/Berlin", None, None)
    assert str(found.next_due) == "2026-05-04 08:00:00+02:00"


def test_a_schedule_leaves_watched_files_to_the_watcher(office: Office) -> None:
    office.use(Daily("03:00", deadline="06:00"), pipeline=call_logs)
    flow = call_logs.flows[0]
    watched = replace(flow, source=replace(flow.source, watch=True))
    office.engine.use(Pipeline("call_logs", flows=[watched], schedule=Daily("03:00", deadline="06:00")))
    (office.inbox / "call_logs").mkdir()
    (office.inbox / "call_logs" / "half.csv").write_text("customer_id,call_c")

    assert office.check("2026-05-02 07:00") == []
    assert office.days() == [("2026-05-02", "nothing")]
    assert office.note("2026-05-02") == (
        "Its files are loaded by the watcher when they come, and there is nothing to build."
    )
