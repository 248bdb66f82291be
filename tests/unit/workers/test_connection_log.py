"""A lost connection to Redis is one line, and few of them; other records of Celery's consumer are left as they are."""

from __future__ import annotations

import logging
import sys
from types import SimpleNamespace

import pytest
from celery.worker.consumer.consumer import CONNECTION_ERROR, CONNECTION_RETRY

from sluice.workers.broker import connection_log
from sluice.workers.broker.connection_log import BriefReports, is_worth_a_line


def record(text: str, *args: object, error: Exception | None = None) -> logging.LogRecord:
    info = None
    if error is not None:
        try:
            raise error
        except Exception:  # noqa: BLE001 - any error of a test
            info = sys.exc_info()
    return logging.LogRecord("celery", logging.WARNING, __file__, 1, text, args, info)


def test_a_traceback_becomes_the_error_s_name_and_text() -> None:
    lost = record(CONNECTION_RETRY, error=ConnectionError("closed"))
    assert BriefReports().filter(lost)
    assert lost.getMessage() == (
        "consumer: Connection to broker lost. Trying to re-establish the connection... (ConnectionError: closed)"
    )
    assert lost.exc_info is None


def test_of_each_kind_one_passes_in_ten_seconds_with_the_number_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(connection_log, "time", SimpleNamespace(monotonic=lambda: now))
    reports = BriefReports()
    passed = [reports.filter(record(CONNECTION_ERROR, "redis://h", "100 %", "Again.")) for _ in range(4)]
    assert passed == [True, False, False, False]
    assert reports.filter(record(CONNECTION_RETRY, error=ConnectionError("closed")))
    now = 110.0
    late = record(CONNECTION_ERROR, "redis://h", "100 %", "Again.")
    assert reports.filter(late)
    assert late.getMessage() == (
        "consumer: Cannot connect to redis://h: 100 %. Again. (3 more reports of this kind since the last one)"
    )


def test_a_record_of_another_kind_is_left_as_it_is() -> None:
    other = record("Can't decode message body: %r", ValueError("x"), error=ValueError("x"))
    reports = BriefReports()
    assert all(reports.filter(other) for _ in range(5))
    assert other.exc_info is not None
    assert other.getMessage() == "Can't decode message body: ValueError('x')"


def test_the_state_of_the_prefetch_count_is_not_logged() -> None:
    assert not BriefReports().filter(record("Resuming normal operations following a restart.\nPrefetch count ..."))
    assert not BriefReports().filter(record("Temporarily reducing the prefetch count to %d ...", 3))


def test_acknowledgements_that_do_not_arrive_are_one_line() -> None:
    reports = BriefReports()
    lost = record("Couldn't ack %r, reason:%r", "tag", "closed", error=ConnectionError("closed"))
    assert reports.filter(lost)
    assert lost.getMessage() == "Couldn't ack 'tag', reason:'closed' (ConnectionError: closed)"
    assert not reports.filter(record("Couldn't ack %r, reason:%r", "other", "closed"))


def test_the_death_of_a_process_is_one_line_each_time() -> None:
    reports = BriefReports()
    for _ in range(3):
        died = record("Task handler raised error: %r", ValueError("lost"), error=ValueError("lost"))
        assert reports.filter(died)
        assert (died.getMessage(), died.exc_info) == ("Task handler raised error: ValueError('lost')", None)


def test_a_check_of_every_minute_is_reported_only_when_it_fails() -> None:
    def of_task(name: str, level: int) -> logging.LogRecord:
        return logging.LogRecord("celery", level, __file__, 1, "Task %(name)s", ({"name": name},), None)

    assert not is_worth_a_line(of_task("sluice.expire", logging.INFO))
    assert not is_worth_a_line(of_task("sluice.check_schedules", logging.INFO))
    assert is_worth_a_line(of_task("sluice.expire", logging.ERROR))
    assert is_worth_a_line(of_task("sluice.load", logging.INFO))
    assert is_worth_a_line(record("Connected to %s", "redis"))
