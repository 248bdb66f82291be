"""The schedules: days whose files have not arrived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from sluice.engine.declare import Pipeline
from sluice.engine.doctor.finding import Finding, judge, safely
from sluice.engine.schedule import Alarm, alarms

NAMED = 4


def look_at_schedules(pipelines: Sequence[Pipeline]) -> Iterator[Finding]:
    """Missing input. Raises DatabaseAway."""
    missing: list[Alarm] = []
    for each in pipelines:
        yield from safely(f"schedule of {each.name}", partial(_look, each, missing))
    yield judge(
        "missing input",
        not missing,
        _named(missing) if missing else "none",
        todo="`sluice schedule list` shows what is missing. The day runs once it comes; `sluice backfill` runs it now.",
        otherwise="wrong",
    )


def _look(pipeline: Pipeline, into: list[Alarm]) -> list[Finding]:
    into += alarms([pipeline])
    return []


def _named(missing: Sequence[Alarm]) -> str:
    more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
    return ", ".join(f"{each.pipeline} of {each.day}" for each in missing[:NAMED]) + more
