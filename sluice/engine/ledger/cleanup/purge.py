"""purge: delete the details of runs that ended long ago. Runs and inputs stay, with their books: by them content is
recognized, and a row's `_input_id` leads to its file.

A run is marked first, so that a half-purged run cannot be retried. Its rows are deleted in batches, a transaction
each, so that locks are short and workers do not wait; the next purge completes one that was killed.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sluice.engine.database.connection import transaction
from sluice.engine.database.ledger import in_ledger
from sluice.engine.database.statements import statements
from sluice.engine.ledger.rejects.replayed import close_replayed
from sluice.engine.ledger.rows import mappings

query = statements(__name__)

BATCH = 10_000
KEPT_BATCH = 100  # each has up to a thousand rows


def before(older_than: timedelta) -> datetime:
    """The time that long ago, by the clock of the database, which also recorded when runs ended."""
    with transaction() as cursor:
        cursor.execute("select clock_timestamp() - %s", (older_than,))
        row: tuple[datetime] = cursor.fetchall()[0]
    return row[0]


def purgeable_runs(ended_before: datetime) -> list[int]:
    """Runs that ended before that time and were not purged yet, oldest first."""
    with transaction() as cursor:
        cursor.execute(query("purgeable_runs"), {"before": ended_before})
        return [run for (run,) in cursor.fetchall()]


def count_purgeable(runs: list[int], ended_before: datetime) -> Counter[str]:
    """How many rows of which table a purge of these runs would delete."""
    with transaction() as cursor:
        cursor.execute(query("count_purgeable"), {"runs": runs, "before": ended_before})
        (counts,) = mappings(cursor)
        return Counter(counts)


def purge_run(run: int, ended_before: datetime) -> Counter[str]:
    """Purge one run. Returns how many rows of which table were deleted; none when it has been reopened meanwhile."""
    gone: Counter[str] = Counter()
    if not _execute("mark_purged", run=run, before=ended_before):
        return gone
    with transaction() as cursor:
        close_replayed(cursor, [run])  # what became of its rows is known from what is deleted next
    _execute("purge_replayed", run=run)
    gone["contenders"] += _in_batches("purge_contenders", run=run)
    for input_id in _inputs(run):
        gone["rejects"] += _purge_rejects(input_id)
        gone["steps"] += _in_batches("purge_steps", input=input_id)
        gone["parts"] += _in_batches("purge_parts", input=input_id)
    gone["steps"] += _execute("purge_settle", run=run)
    return gone


def purge_kept() -> int:
    """Delete rows that were kept so that a run could be undone, and whose time is over. Returns how many rows of tables
    that were."""
    with transaction() as cursor:
        cursor.execute(query("kept_days"))
        days = mappings(cursor)
    return sum(_purge_day(each["slot"], whole=each["whole"]) for each in days if not each["wait"])


def _purge_day(slot: int, *, whole: bool) -> int:
    """Purge what was kept on one day: at once if all of it may go and nobody works with it, else in batches."""
    if whole:
        with transaction() as cursor:
            cursor.execute(query("drop_kept"), {"slot": slot})
            (rows,) = cursor.fetchone() or (None,)
        if rows is not None:
            return int(rows)
    total, gone = 0, KEPT_BATCH
    while gone == KEPT_BATCH:
        with transaction() as cursor:
            cursor.execute(query("purge_kept"), {"slot": slot, "batch": KEPT_BATCH})
            gone, rows = cursor.fetchone() or (0, 0)
        total += int(rows)
    return total


def purge_ticks(due_before: datetime) -> int:
    """Delete due times before that time, except each schedule's newest. Returns how many were deleted."""
    return _execute("purge_ticks", before=due_before)


def _inputs(run: int) -> list[int]:
    with transaction() as cursor:
        cursor.execute(in_ledger("select id from sluice.input where run_id = %s order by id"), (run,))
        return [input_id for (input_id,) in cursor.fetchall()]


def _purge_rejects(input_id: int) -> int:
    total, line, gone = 0, 0, BATCH
    while gone == BATCH:
        with transaction() as cursor:
            cursor.execute(query("purge_rejects"), {"input": input_id, "line": line, "batch": BATCH})
            gone, line = cursor.fetchone() or (0, 0)
        total += gone
    return total


def _in_batches(name: str, **params: Any) -> int:
    total, gone = 0, BATCH
    while gone == BATCH:
        gone = _execute(name, batch=BATCH, **params)
        total += gone
    return total


def _execute(name: str, **params: Any) -> int:
    """Run a statement in a transaction of its own. Returns how many rows it changed."""
    with transaction() as cursor:
        cursor.execute(query(name), params)
        return cursor.rowcount
