"""Ticks: the due times of schedules in the ledger, each once, with its state.

`waiting` for its files, `missing_input` since the deadline, `started` with its run, `nothing` to do, or `skipped`.
The first two are open: the next check continues with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.ledger.runs import Run
from sluice.engine.schedule.due import Due

query = statements(__name__)

LOOK = timedelta(seconds=120)  # a request to a store that does not answer ends within a minute
STRAGGLERS = timedelta(days=7)  # a file may arrive so long after the run of its day


class Verdict(NamedTuple):
    """The state of a tick, and why."""

    state: str
    note: str | None = None


class Tick(NamedTuple):
    """An open due time of a schedule, and its recorded state."""

    schedule: str
    due: Due
    known: Verdict

    @property
    def key(self) -> dict[str, object]:
        return {"schedule": self.schedule, "due": self.due.at}


def schedule_of(pipeline: str) -> str:
    """The name of a pipeline's schedule, of any kind: a pipeline has one, and due times go on when it is changed."""
    return f"{pipeline}-daily"


def newest(cursor: Cursor, schedule: str, zone: str) -> Due | None:
    """The last due time that was recorded for a schedule, and its local day."""
    cursor.execute(query("newest_tick"), {"schedule": schedule, "zone": zone})
    row = cursor.fetchone()
    return Due(*row) if row else None


def note_due(cursor: Cursor, schedule: str, due: Due, verdict: Verdict) -> bool:
    """Record a due time. True if it was not recorded before."""
    params = {"schedule": schedule, "due": due.at, "day": due.day, **verdict._asdict()}
    cursor.execute(query("add_tick"), params)
    return cursor.rowcount == 1


def skip_older(cursor: Cursor, schedule: str, due: Due, why: str) -> list[Due]:
    """Skip open due times before this one, and return them."""
    cursor.execute(query("skip_older"), {"schedule": schedule, "due": due.at, "note": why})
    return [Due(*row) for row in cursor.fetchall()]


def open_ticks(schedule: str) -> list[Tick]:
    """The open due times of a schedule, oldest first."""
    with transaction() as cursor:
        cursor.execute(query("open_ticks"), {"schedule": schedule})
        rows = cursor.fetchall()
    return [Tick(schedule, Due(day, at), Verdict(state, note)) for at, day, state, note in rows]


def begin_look(tick: Tick, now: datetime) -> bool:
    """Whether this process may look for the files of this tick now; if not, another one does."""
    with transaction() as cursor:
        cursor.execute(query("begin_look"), tick.key | {"now": now, "until": now + LOOK})
        return cursor.rowcount == 1


def lock_tick(cursor: Cursor, tick: Tick) -> bool:
    """Lock a tick for the caller's transaction. False if it is not open any more."""
    cursor.execute(query("lock_tick"), tick.key)
    return cursor.fetchone() is not None


def change_tick(cursor: Cursor, tick: Tick, verdict: Verdict, run: Run | None = None) -> None:
    """Write the state of a tick, and end the look for its files."""
    cursor.execute(query("change_tick"), tick.key | verdict._asdict() | {"run": run and run.id})


def settle_day(cursor: Cursor, schedule: str, day: date, run: Run) -> None:
    """Make a run that was started by hand the day's run, if the day has none."""
    cursor.execute(query("settle_day"), {"schedule": schedule, "day": day, "run": run.id})


def earlier_days(tick: Tick) -> Sequence[date]:
    """The days before that of a tick whose unread files go with it: skipped ones, and those of the last week."""
    with transaction() as cursor:
        cursor.execute(query("earlier_days"), tick.key | {"day": tick.due.day, "since": tick.due.day - STRAGGLERS})
        return [day for (day,) in cursor.fetchall()]
