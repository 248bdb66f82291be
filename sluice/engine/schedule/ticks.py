"""Ticks: the due times of schedules as the ledger knows them, each once, with what became of it.

`waiting` for its files, `missing_input` since the deadline, `started` with its run, `nothing` to do, or `skipped`.
The first two are open: whoever looks next goes on with them.
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

LOOK = timedelta(seconds=120)  # a store that swallows everything is given up within a minute
STRAGGLERS = timedelta(days=7)  # a file may come so long after the run of its day


class Verdict(NamedTuple):
    """What becomes of a tick, and why."""

    state: str
    note: str | None = None


class Tick(NamedTuple):
    """An open due time of a schedule, and what is known of it."""

    schedule: str
    due: Due
    known: Verdict

    @property
    def key(self) -> dict[str, object]:
        return {"schedule": self.schedule, "due": self.due.at}


def schedule_of(pipeline: str) -> str:
    """The name of a pipeline's schedule."""
    return f"{pipeline}-daily"


def newest_day(cursor: Cursor, schedule: str, zone: str) -> date | None:
    """The last local day that was noted for a schedule."""
    cursor.execute(query("newest_day"), {"schedule": schedule, "zone": zone})
    row = cursor.fetchone()
    return row[0] if row else None


def note_due(cursor: Cursor, schedule: str, due: Due, verdict: Verdict) -> bool:
    """Note a due time. True for the first who does."""
    params = {"schedule": schedule, "due": due.at, "day": due.day, **verdict._asdict()}
    cursor.execute(query("add_tick"), params)
    return cursor.rowcount == 1


def skip_older(cursor: Cursor, schedule: str, due: Due, why: str) -> list[date]:
    """Open due times before this one are skipped. Returns their days."""
    cursor.execute(query("skip_older"), {"schedule": schedule, "due": due.at, "note": why})
    return [day for (day,) in cursor.fetchall()]


def open_ticks(schedule: str) -> list[Tick]:
    """The open due times of a schedule, oldest first."""
    with transaction() as cursor:
        cursor.execute(query("open_ticks"), {"schedule": schedule})
        rows = cursor.fetchall()
    return [Tick(schedule, Due(day, at), Verdict(state, note)) for at, day, state, note in rows]


def begin_look(tick: Tick, now: datetime) -> bool:
    """Whether it is ours to look for the files of this tick now; if not, somebody else does."""
    with transaction() as cursor:
        cursor.execute(query("begin_look"), tick.key | {"now": now, "until": now + LOOK})
        return cursor.rowcount == 1


def lock_tick(cursor: Cursor, tick: Tick) -> bool:
    """Lock a tick for the caller's transaction. False when it is not open any more."""
    cursor.execute(query("lock_tick"), tick.key)
    return cursor.fetchone() is not None


def change_tick(cursor: Cursor, tick: Tick, verdict: Verdict, run: Run | None = None) -> None:
    """Write what became of a tick; whoever looked for its files is done with it."""
    cursor.execute(query("change_tick"), tick.key | verdict._asdict() | {"run": run and run.id})


def settle_day(cursor: Cursor, schedule: str, day: date, run: Run) -> None:
    """A run that was asked for by hand is the day's, where the day has none of its own."""
    cursor.execute(query("settle_day"), {"schedule": schedule, "day": day, "run": run.id})


def earlier_days(tick: Tick) -> Sequence[date]:
    """The days before a tick whose files go with it where nobody has read them: skipped ones, and the last week's."""
    with transaction() as cursor:
        cursor.execute(query("earlier_days"), tick.key | {"since": tick.due.day - STRAGGLERS})
        return [day for (day,) in cursor.fetchall()]
