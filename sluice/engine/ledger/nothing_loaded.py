"""Inputs all of whose rows were rejected: they fail, with the main reason.

Such an input fails when its last part has ended, or when its run is settled if its rows contended for keys with those
of open runs. Its rejects stay. Under the same declaration its content is not read again, except by `retry` and with
`--reload`.
"""

from __future__ import annotations

from collections.abc import Mapping

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.statements import statements
from sluice.engine.ledger.inputs.refused import SourceVersion
from sluice.engine.ledger.inputs.shared import plan_again, withdraw_input, withdraw_parts
from sluice.engine.ledger.rejects.reasons import main_reason, reasons_of

query = statements(__name__)


def fail_nothing_loaded(cursor: Cursor, run: int, input_id: int | None = None) -> None:
    """Mark loaded inputs of a run (or one of them) as failed if every row was rejected."""
    cursor.execute(query("nothing_loaded"), {"run": run, "input": input_id})
    for this, rows in cursor.fetchall():
        error = main_reason(reasons_of(cursor, run, this), rows)
        cursor.execute(query("fail_nothing_loaded"), {"input": this, "error": error})


def fail_copies(cursor: Cursor, run: int) -> None:
    """Fail inputs of a run that were skipped because another one had their content, of which nothing was loaded."""
    cursor.execute(query("fail_copies"), {"run": run})


def replan_inputs(cursor: Cursor, run: int, refused: list[int], now: Mapping[str, SourceVersion]) -> int:
    """Plan inputs of a run again of which nothing could be loaded, and those `refused`. Returns how many; the caller
    reopens the run.

    `now` are the current declarations by source: they are read under these, which may have been corrected.
    """
    cursor.execute(query("find_nothing_loaded"), {"run": run, "refused": refused})
    inputs = cursor.fetchall()
    for input_id, source in inputs:
        declared = now.get(source)
        this = {"input": input_id}
        withdraw_parts(cursor, input_id)
        cursor.execute(query("reset_verdict"), this)
        withdraw_input(cursor, input_id)
        facts = {"contract": declared and declared.contract, "revision": declared and declared.revision}
        cursor.execute(query("reset_input"), this | facts)
        plan_again(cursor, input_id)
    return len(inputs)
