"""Recording due times: those of the clock, by the policy for missed ones, and those of pipelines that come before."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.declare import Daily, Pipeline, Timed
from sluice.engine.schedule import ticks
from sluice.engine.schedule.due import MOST, Due, missed, missed_times
from sluice.engine.schedule.inbox import tells_days
from sluice.engine.schedule.ticks import Verdict, schedule_of

log = logging.getLogger(__name__)
_SKIPPED = "It was missed: a later {} was due when the schedule was checked."
_MORE = f"It was missed, and so were others before it, which are not listed: at most the {MOST} newest are made up for."


def note_due(pipeline: Pipeline, schedule: Timed, now: datetime) -> None:
    """Record what has become due since the last recorded due time, by the policy for missed ones."""
    name = schedule_of(pipeline.name)
    latest = schedule.catch_up == "latest"
    skipped: list[Due] = []
    missed_one = Verdict("skipped", _SKIPPED.format(_unit(schedule)))
    with transaction() as cursor:
        due, left_out = _missed(cursor, name, schedule, now)
        verdicts = {each: Verdict("waiting") if each == due[-1] or not latest else missed_one for each in due}
        if left_out is not None:
            verdicts |= {left_out: Verdict("skipped", _MORE)}
        for each, verdict in verdicts.items():
            if ticks.note_due(cursor, name, each, verdict) and verdict.state == "skipped":
                skipped.append(each)
        if due and latest and not tells_days(pipeline):
            last = due[-1].day if isinstance(schedule, Daily) else f"{due[-1].at:%Y-%m-%d %H:%M} UTC"
            why = f"No new file came before {last} was due; files from now on belong to that {_unit(schedule)}."
            skipped += ticks.skip_older(cursor, name, due[-1], why)
    tell_skipped(pipeline, skipped, daily=isinstance(schedule, Daily))
    if left_out is not None:
        log.warning("%s: more than %d due times were missed, and those before %s are not made up for",
                    pipeline.name, MOST, left_out.at)  # fmt: skip


def tell_skipped(pipeline: Pipeline, skipped: Sequence[Due], *, daily: bool) -> None:
    """Log due times that are skipped, and how to make up for them."""
    hint = ": `sluice backfill` makes up for it" if pipeline.dated or tells_days(pipeline) else ""
    for each in skipped:
        log.warning("%s of %s is skipped%s", pipeline.name, each.day if daily else each.at, hint)


def _missed(cursor: Cursor, name: str, schedule: Timed, now: datetime) -> tuple[list[Due], Due | None]:
    last = ticks.newest(cursor, name, schedule.tz)
    if isinstance(schedule, Daily):
        return missed(schedule, last and last.day, now), None
    return missed_times(schedule, last and last.at, now)


def _unit(schedule: Timed) -> str:
    return "day" if isinstance(schedule, Daily) else "time"
