"""`sluice backfill` with a made-up ledger: a day that goes wrong ends it, and is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from importlib import import_module
from typing import Any

import pytest

from sluice.cli.runs import waiting
from sluice.engine.declare import Pipeline
from sluice.engine.ledger.runs import Run
from tests.unit.cli.made_up import Ledger, a_build, a_run, an_input

Sluice = Callable[..., Any]
SCHEDULED = import_module("sluice.tasks.scheduled")  # the task that is called like its module hides it
DAYS = ("backfill", "customer_ltv", "--from", "2026-02-01", "--to", "2026-02-03")
BUILD = a_build(derived="customer_ltv", rows=1)
WELL = a_run(pipeline="customer_ltv", inputs=[], builds=[BUILD])
DEAD = a_run(pipeline="customer_ltv", state="failed", error="A step is dead.", dead_steps=1, inputs=[], builds=[])


@pytest.fixture
def days(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The days that were queued. The second of February has nothing to run."""
    asked: list[date] = []

    def enqueue_day(_pipeline: Pipeline, day: date) -> Run | None:
        asked.append(day)
        return None if day == date(2026, 2, 2) else Run(7)

    monkeypatch.setattr(SCHEDULED, "enqueue_day", enqueue_day)
    monkeypatch.setattr(waiting, "POLL_S", 0.001)
    return asked


def test_each_day_is_a_line(sluice: Sluice, ledger: Ledger, days: list[date]) -> None:
    ledger.statuses = [WELL]
    result = sluice(*DAYS)
    assert result.stdout == (
        "2026-02-01  run 7: done (2.0 s)  customer_ltv 1 row\n"
        "2026-02-02  no files\n"
        "2026-02-03  run 7: done (2.0 s)  customer_ltv 1 row\n"
        "3 days done\n"
    )
    assert (result.exit_code, days) == (0, [date(2026, 2, 1), date(2026, 2, 2), date(2026, 2, 3)])


def test_a_day_that_fails_is_the_last(sluice: Sluice, ledger: Ledger, days: list[date]) -> None:
    ledger.statuses = [WELL, DEAD]
    result = sluice(*DAYS)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-2:] == [
        "2026-02-03  run 7: failed: A step is dead. (2.0 s)",
        "stopped at 2026-02-03",
    ]
    assert result.stderr == "sluice status 7 says what is wrong; then go on with --from 2026-02-03\n"


def test_a_day_with_a_file_of_which_nothing_loads_stops_no_other(
    sluice: Sluice, ledger: Ledger, days: list[date]
) -> None:
    ledger.statuses = [
        replace(WELL, inputs=[an_input(1), an_input(2, state="failed", error_code="nothing_loaded")]),
        WELL,
    ]
    result = sluice(*DAYS)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (6, "3 days done")
    assert result.stderr == "some inputs could not be loaded: sluice status RUN says why, for RUN 7\n"


def test_days_without_a_file_say_where_they_looked(
    sluice: Sluice, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SCHEDULED, "enqueue_day", lambda _pipeline, _day: None)
    monkeypatch.setenv("SLUICE_INBOX", "/nowhere")
    result = sluice(*DAYS)
    assert result.stdout.splitlines()[-1] == "3 days done"
    assert result.stderr.startswith("no day has a file: nothing in /nowhere (SLUICE_INBOX) is like ")


def test_programs_get_one_object(sluice: Sluice, ledger: Ledger, days: list[date]) -> None:
    ledger.statuses = [DEAD]
    answer = json.loads(sluice(*DAYS, "--json").stdout)
    assert [each["day"] for each in answer["days"]] == ["2026-02-01"]
    assert answer["error"] == {"kind": "RunFailed", "message": "2026-02-01: A step is dead."}


def test_an_interrupted_one_tells_where_to_go_on(
    sluice: Sluice, ledger: Ledger, days: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_pipeline: Pipeline, _day: date) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(SCHEDULED, "enqueue_day", interrupt)
    result = sluice(*DAYS)
    assert result.exit_code == 130
    assert result.stderr == "error: Interrupted at 2026-02-01: give it as --from to go on.\n"


def test_days_are_dates(sluice: Sluice, days: list[date]) -> None:
    assert sluice("backfill", "customer_ltv", "--from", "1.2.2026", "--to", "2026-02-03").exit_code == 2
    assert days == []
