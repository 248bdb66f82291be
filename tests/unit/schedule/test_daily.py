"""What may be declared of a schedule, what a pattern with a date in it means, and beat's entries."""

from __future__ import annotations

import dbm
import pickle
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from celery import Celery

from sluice.engine.declare import After, Cron, Daily, Files, Hourly
from sluice.engine.declare.sources.day_pattern import has_day, on_day
from sluice.errors import ConfigError


@pytest.mark.parametrize(
    ("mistake", "says"),
    [
        ({"at": "2:00"}, "HH:MM"),
        ({"at": "24:00"}, "HH:MM"),
        ({"at": "02:00", "tz": "Nairobi"}, "not a time zone"),
        ({"at": "02:00", "deadline": "6"}, "deadline must be a time HH:MM between 00:00 and 23:59, not '6'"),
        ({"at": "02:00", "deadline": "02:00"}, "deadline must differ from at"),
        ({"at": "02:00", "catch_up": "all"}, "catch_up must be 'latest' or 'each', not 'all'"),
    ],
)
def test_a_wrong_schedule_is_refused_where_it_is_declared(mistake: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError, match="Daily") as refused:
        Daily(**mistake)  # type: ignore[arg-type]
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("pattern", "first_of_may"),
    [
        ("ltv/%Y-%m-%d/order*.csv", "ltv/2026-05-01/order*.csv"),
        ("orders_%Y%m%d.csv*", "orders_20260501.csv*"),
        ("%y/%j/*.csv", "26/121/*.csv"),
    ],
)
def test_a_pattern_with_a_date_is_that_of_one_day(pattern: str, first_of_may: str) -> None:
    assert has_day(pattern)
    assert on_day(pattern, date(2026, 5, 1)) == first_of_may


def test_any_other_percent_sign_stands_for_itself() -> None:
    assert not has_day("100%/*.csv")
    assert on_day("100%/%d*.csv", date(2026, 5, 1)) == "100%/01*.csv"


def test_a_file_that_is_given_by_hand_fits_the_pattern_of_any_day() -> None:
    names = Files("in/orders_%Y%m%d.csv*").name_pattern
    assert fnmatchcase("orders_20260501.csv.gz", names)
    assert not fnmatchcase("orders_may.csv", names)


def test_beat_can_keep_an_entry_in_its_schedule_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@localhost/none")
    monkeypatch.setenv("REDIS_URL", "redis://localhost:1/0")
    from sluice.workers.beat import LocalCrontab

    entry = LocalCrontab("0", "2", "Africa/Nairobi")
    again = pickle.loads(pickle.dumps(entry))  # noqa: S301 - beat keeps its schedule as a pickle
    assert (again, str(again.tz)) == (entry, "Africa/Nairobi")


@pytest.mark.parametrize("text", [b"cworkers.nowhere\nLocalCrontab\n.", b"csluice.engine\nNothing\n.", b"", b"junk"])
def test_beat_begins_its_file_anew_when_it_cannot_read_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: bytes
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@localhost/none")
    monkeypatch.setenv("REDIS_URL", "redis://localhost:1/0")
    from sluice.workers.beat import Scheduler

    file = str(tmp_path / "schedule")
    with dbm.open(file, "c") as stored:
        stored["entries"] = text
    app = Celery("another", set_as_current=False)
    app.conf.beat_schedule = {"check-schedules": {"task": "sluice.check_schedules", "schedule": 60.0}}
    for _ in range(2):  # the second one reads what the first one wrote
        scheduler = Scheduler(app=app, schedule_filename=file)
        assert scheduler.schedule["check-schedules"].task == "sluice.check_schedules"
        scheduler.close()


def test_beat_has_an_entry_for_each_schedule_and_one_that_takes_up_what_was_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@localhost/none")
    monkeypatch.setenv("REDIS_URL", "redis://localhost:1/0")
    from sluice.pipelines.call_logs import pipeline
    from sluice.workers.beat import LocalCrontab, entries

    assert entries({"call_logs": pipeline}) == {
        "call_logs-daily": {
            "task": "sluice.scheduled",
            "schedule": LocalCrontab("0", "2", "Africa/Nairobi"),
            "args": ("call_logs",),
        },
        "check-schedules": {"task": "sluice.check_schedules", "schedule": 60.0, "options": {"expires": 60.0}},
    }
    assert set(entries({})) == {"check-schedules"}  # a pipeline that comes while beat runs is found by it


def test_beat_sends_a_message_at_each_due_time_of_other_schedules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@localhost/none")
    monkeypatch.setenv("REDIS_URL", "redis://localhost:1/0")
    from sluice.workers.beat import DueTimes, entry

    due = DueTimes(Cron("*/15 8-18 * * *", tz="Europe/Berlin"))
    again = pickle.loads(pickle.dumps(due))  # noqa: S301 - beat keeps its schedule as a pickle
    assert again == due
    assert entry("calls", Cron("*/15 8-18 * * *", tz="Europe/Berlin"))["schedule"] == due
    now = datetime(2026, 5, 4, 6, 20, tzinfo=UTC)
    monkeypatch.setattr(due, "nowfun", lambda: now)
    assert due.is_due(now - timedelta(minutes=3)) == (False, 600.0)
    assert due.is_due(now - timedelta(minutes=10)) == (True, 600.0)
    assert due.is_due(now - timedelta(days=9)) == (True, 600.0)


def test_beat_takes_over_schedules_that_change_while_it_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@localhost/none")
    monkeypatch.setenv("REDIS_URL", "redis://localhost:1/0")
    from sluice.pipelines.call_logs import pipeline
    from sluice.workers import beat

    scheduler = beat.Scheduler(app=beat.app, schedule_filename=str(tmp_path / "schedule"))
    declared = {"call_logs": pipeline}
    monkeypatch.setattr(beat, "all_pipelines", lambda: declared)
    scheduler.tick()
    assert set(scheduler.schedule) == {"call_logs-daily", "check-schedules"}
    declared["late"] = replace(pipeline, name="late", schedule=Hourly(5))
    declared["call_logs"] = replace(pipeline, schedule=After("late"))
    scheduler.tick()
    assert set(scheduler.schedule) == {"late-daily", "check-schedules"}
    assert scheduler.schedule["late-daily"].schedule == beat.DueTimes(Hourly(5))
    scheduler.close()
