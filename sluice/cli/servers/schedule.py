"""`schedule list`: each scheduled pipeline, its last due time and state, and its next due time."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sluice.cli.output import Json, emit, folded, narrow_table, say, things, tint

if TYPE_CHECKING:
    from sluice.engine.schedule import Scheduled


def list_(as_json: Json = False) -> None:
    """Show each schedule: when it is due, the last due time and its state, the next due time, and alarms."""
    from sluice.engine.schedule import overview
    from sluice.pipelines import all_pipelines, broken

    schedules = overview(all_pipelines().values(), datetime.now(UTC))
    facts = {"schedules": [asdict(each) for each in schedules]}
    for mistake in broken():
        say(f"{tint('not listed:', 'red', sys.stderr)} {mistake}")
    emit(facts, as_json=as_json, human=lambda: print_schedules(schedules))


def print_schedules(schedules: Sequence[Scheduled]) -> None:
    """One line for each schedule, then the reasons of waiting days and alarms."""
    if not schedules:
        print("no pipeline has a schedule: add Pipeline(..., schedule=Daily(...)) to its file")
        return
    head = ("pipeline", "schedule", "last due", "for", "state", "run", "next due")
    narrow_table(head, map(_row, schedules))
    for each in schedules:
        for line in _remarks(each):
            print()
            folded(line)


def _row(each: Scheduled) -> tuple[object, ...]:
    last = each.last
    became = (f"{last.due:%Y-%m-%d %H:%M}", last.day, last.state, str(last.run or "")) if last else ("", "", "", "")
    coming = f"{each.next_due:%Y-%m-%d %H:%M}" if each.next_due else ""
    return (each.pipeline, each.schedule, *became, coming)


def _remarks(each: Scheduled) -> Iterator[str]:
    for alarm in each.alarms:
        yield f"{tint('missing input:', 'red')} {each.pipeline} of {alarm.day}: {alarm.note}"
    if each.last and each.last.failed:
        files = things(each.last.failed, "input")
        yield f"{each.pipeline}: {files} of run {each.last.run} could not be loaded: sluice status {each.last.run}"
    if each.last and each.last.note and each.last.state != "missing_input":
        yield f"{each.pipeline}: {each.last.note}"
