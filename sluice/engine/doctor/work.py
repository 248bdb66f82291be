"""The work in the ledger: dead steps, open runs without progress, and whether the window has room for all processes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sluice.engine.base.settings import settings
from sluice.engine.database.connection import transaction
from sluice.engine.database.ledger import in_ledger
from sluice.engine.database.statements import statements
from sluice.engine.doctor.finding import Finding, judge, safely
from sluice.engine.ledger.workers import FRESH_S, window_for

query = statements(__name__)

PATIENCE = timedelta(minutes=3)
NAMED = 5


def look_at_work() -> Iterator[Finding]:
    """Dead steps, stuck runs and the window; no finding if there is no ledger yet. Raises DatabaseAway."""
    with transaction() as cursor:
        cursor.execute(in_ledger("select to_regclass('sluice.step') is not null"))
        if cursor.fetchone() != (True,):
            return
    yield from safely("dead steps", _dead_steps)
    yield from safely("stuck runs", _stuck_runs)
    yield from safely("keys", _keys)
    yield from safely("window", _window)


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


def _keys() -> Iterator[Finding]:
    """Tables that a run has left without the index of their key, or that wait for a worker to go on with their run."""
    with transaction() as cursor:
        cursor.execute(query("keyless"))
        tables = cursor.fetchall()
    yield judge(
        "keys",
        not tables,
        "; ".join(_keyless(*each) for each in tables) or "all there",
        todo="`sluice retry RUN` makes it, and so does the next load of the table. `sluice status RUN` shows why.",
    )


def _keyless(table: str, what: str, run: int, is_open: bool) -> str:
    goes_on = ", which has not ended, and no worker works on it" if is_open else ""
    return f"{table} has no {what} of its key since run {run}{goes_on}"


def _window() -> Iterator[Finding]:
    with transaction() as cursor:
        cursor.execute(query("processes"), {"fresh_s": FRESH_S})
        (processes,) = cursor.fetchone() or (0,)
    limit = settings().window
    yield judge(
        "window",
        processes <= limit,
        f"{processes:,} processes of workers and at most {limit:,} parts at once: {processes - limit:,} are idle"
        if processes > limit
        else f"{window_for(processes):,} parts at once, for {processes:,} processes of workers",
        todo=f"Set SLUICE_WINDOW to {2 * processes} or more in every worker, or take it out of their environment.",
    )


def _named(runs: list[int]) -> str:
    more = f" and {len(runs) - NAMED} more" if len(runs) > NAMED else ""
    return f"run{'s' if len(runs) > 1 else ''} {', '.join(map(str, runs[:NAMED]))}{more}"
