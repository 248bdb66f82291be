"""The work in the ledger: dead steps, and open runs without progress."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.doctor.finding import Finding, judge, safely

query = statements(__name__)

PATIENCE = timedelta(minutes=3)
NAMED = 5


def look_at_work() -> Iterator[Finding]:
    """Dead steps and stuck runs; no finding if there is no ledger yet. Raises DatabaseAway."""
    with transaction() as cursor:
        cursor.execute("select to_regclass('sluice.step') is not null")
        if cursor.fetchone() != (True,):
            return
    yield from safely("dead steps", _dead_steps)
    yield from safely("stuck runs", _stuck_runs)


def _dead_steps() -> Iterator[Finding]:
    with transaction() as cursor:
        cursor.execute(query("dead_steps"))
        dead = dict(cursor.fetchall())
    yield judge(
        "dead steps",
        not dead,
        f"{sum(dead.values())} in {_named(list(dead))}" if dead else "none",
        todo="`sluice status RUN` shows why; correct the cause, then `sluice retry RUN`.",
    )


def _stuck_runs() -> Iterator[Finding]:
    with transaction() as cursor:
        cursor.execute(query("stuck_runs"), {"patience": PATIENCE})
        stuck = [run for (run,) in cursor.fetchall()]
    yield judge(
        "stuck runs",
        not stuck,
        f"{_named(stuck)}: no worker has worked on anything for minutes" if stuck else "none",
        todo="Check that workers run and can read the files. `sluice status RUN` shows what it waits for.",
        otherwise="wrong",
    )


def _named(runs: list[int]) -> str:
    more = f" and {len(runs) - NAMED} more" if len(runs) > NAMED else ""
    return f"run{'s' if len(runs) > 1 else ''} {', '.join(map(str, runs[:NAMED]))}{more}"
