"""Rejects that nobody is going to load: dismissed with a reason, and open again when that is undone."""

from __future__ import annotations

from collections.abc import Sequence

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.ledger.facts import Dismissal
from sluice.engine.ledger.rejects.replayed import lock_rejects
from sluice.engine.ledger.rows import records

query = statements(__name__)


def dismiss(
    run: int,
    inputs: Sequence[int],
    *,
    code: str | None,
    column: str | None,
    lines: Sequence[tuple[int, int]] | None = None,
    why: str,
    who: str,
) -> int:
    """Dismiss open rejects of a run's inputs, or only those of these (input, line). Returns how many."""
    with transaction() as cursor:
        lock_rejects(cursor, run)
        cursor.execute(query("note_dismissal"), {"run": run, "why": why, "who": who})
        (number,) = cursor.fetchone() or (0,)
        among = {"of_inputs": [each for each, _ in lines or ()], "lines": [line for _, line in lines or ()]}
        facts = {"id": number, "inputs": list(inputs), "code": code, "column": column, "all": lines is None}
        cursor.execute(query("dismiss_rejects"), facts | among)
        rows = cursor.rowcount
        cursor.execute(query("count_dismissal"), {"id": number, "rows": rows})
    return rows


def reopen(run: int, *, code: str | None, column: str | None) -> int:
    """Make dismissed rejects of a run open again. Returns how many."""
    with transaction() as cursor:
        lock_rejects(cursor, run)
        cursor.execute(query("reopen_rejects"), {"run": run, "code": code, "column": column})
        rows = cursor.rowcount
        cursor.execute(query("close_dismissals"), {"run": run})
    return rows


def dismissals(run: int) -> list[Dismissal]:
    """The dismissals of a run's rejects, with how many are dismissed by each now."""
    with transaction() as cursor:
        cursor.execute(query("dismissals"), {"run": run})
        return records(cursor, Dismissal)
