"""`sluice schedule list`: what it prints of the last due time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sluice.cli.servers.schedule import print_schedules
from sluice.engine.schedule import Scheduled
from sluice.engine.schedule.overview import Last


@pytest.mark.parametrize(
    ("failed", "told"), [(0, False), (2, "\ncalls: 2 inputs of run 23 could not be loaded: sluice status 23\n")]
)
def test_a_run_that_could_not_load_some_inputs_is_named(
    capsys: pytest.CaptureFixture[str], failed: int, told: str | bool
) -> None:
    due = datetime(2023, 7, 1, 6, tzinfo=UTC)
    last = Last(due, due.date(), "done", 23, None, failed)
    print_schedules([Scheduled("calls", "daily at 06:00 UTC", "06:00", "UTC", "all", None, last, due, due.date(), [])])
    out = capsys.readouterr().out
    assert told in out if told else "could not be loaded" not in out
