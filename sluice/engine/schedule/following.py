"""`After`: due times that are those of other pipelines, once their runs are done.

The n-th due time of a day in each of the other pipelines belong together. A tick is recorded as soon as all of them
have theirs, with the latest of these times, and is ready when their runs are done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import After, Pipeline
from sluice.engine.schedule import ticks
from sluice.engine.schedule.due import Due
from sluice.engine.schedule.ticks import Tick, Verdict, schedule_of

query = statements(__name__)

_FIRST = timedelta(days=1)  # of a new schedule, earlier runs of the others do not count
_SUFFIX = len(schedule_of(""))
_PASSED = "It was passed over: a later run of the pipelines before it was done first."


class Before(NamedTuple):
    """A due time of another pipeline, its state, and its run with the state of that."""

    schedule: str
    state: str
    run: int | None
    run_state: str | None

    @property
    def pipeline(self) -> str:
        return self.schedule[:-_SUFFIX]


def note_following(pipeline: Pipeline, after: After, now: datetime) -> None:
    """Record the due times of the pipelines before this one that are new, each once; at first only the latest."""
    name = schedule_of(pipeline.name)
    with transaction() as cursor:
        last = ticks.newest(cursor, name, after.tz)
        facts = _names(after) | {"since": last.at if last else now - _FIRST}
        cursor.execute(query("following_ticks"), facts)
        due = [Due(*row) for row in cursor.fetchall()]
        for each in due if last else due[-1:]:
            ticks.note_due(cursor, name, each, Verdict("waiting"))


def ready_ticks(pipeline: Pipeline, after: After) -> tuple[list[Tick], list[Due]]:
    """The open ticks whose runs before are done, in the order in which they are to be started, and those that are
    passed over. What the others wait for is noted."""
    ready: list[Tick] = []
    waiting = ticks.open_ticks(schedule_of(pipeline.name))
    with transaction() as cursor:
        for tick in waiting:
            verdict = judge(_before(cursor, after, tick), len(after.pipelines))
            if verdict.state == "ready":
                ready.append(tick)
            elif verdict != tick.known and ticks.lock_tick(cursor, tick):
                ticks.change_tick(cursor, tick, verdict)
            if verdict.state == "waiting" and after.catch_up == "each":
                break  # in order
        if after.catch_up == "each" or not ready:
            return ready, []
        return ready[-1:], ticks.skip_older(cursor, schedule_of(pipeline.name), ready[-1].due, _PASSED)


def judge(before: Sequence[Before], number: int) -> Verdict:
    """`ready`, or `waiting` or `skipped` and why, by what the pipelines before, of that number, have done."""
    if len(before) < number:  # others are declared now, or their ticks were purged
        return Verdict("skipped", "The pipelines that it comes after do not have this due time.")
    verdicts = [_judge_one(each) for each in before]
    for state in ("skipped", "waiting"):
        notes = [each.note for each in verdicts if each.state == state and each.note]
        if notes:
            return Verdict(state, " ".join(notes))
    return Verdict("ready")


def _judge_one(each: Before) -> Verdict:
    if each.state == "skipped":
        return Verdict("skipped", f"{each.pipeline} was skipped.")
    if each.state in ("waiting", "missing_input"):
        return Verdict("waiting", f"It waits for {each.pipeline}, which is {each.state} itself.")
    if each.run is None or each.run_state == "done":
        return Verdict("ready")  # also with nothing to do, or where its run was deleted
    if each.run_state in ("undone", "cancelled"):  # it never will be done: nothing of it can be retried
        return Verdict("skipped", f"Run {each.run} of {each.pipeline} was {each.run_state}.")
    if each.run_state == "running":
        return Verdict("waiting", f"It waits for run {each.run} of {each.pipeline}.")
    return Verdict(
        "waiting",
        f"It waits for run {each.run} of {each.pipeline}, which is {each.run_state}: nothing is started before it is "
        f"done. See `sluice status {each.run}`, then `sluice retry {each.run}`.",
    )


def _before(cursor: Cursor, after: After, tick: Tick) -> list[Before]:
    cursor.execute(query("ticks_before"), _names(after) | {"day": tick.due.day, "due": tick.due.at})
    return [Before(*row) for row in cursor.fetchall()]


def _names(after: After) -> dict[str, object]:
    return {"schedules": [schedule_of(each) for each in after.pipelines], "number": len(after.pipelines)}
