"""Why rows were refused: counted by column and code, each with an example."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.statements import statements
from sluice.engine.ledger.facts import RejectReason
from sluice.engine.ledger.rows import records

query = statements(__name__)

MOST = 20_000_000  # rejects that are counted at most: a million take half a second


def reasons_of(cursor: Cursor, run: int, input_id: int | None = None) -> list[RejectReason]:
    """Rejects of a run (or of one of its inputs) by column and code, most frequent first.

    The example is the first in order of inputs and lines. At most MOST rejects are counted.
    """
    cursor.execute(query("reject_reasons"), {"run": run, "input": input_id, "most": MOST})
    return records(cursor, RejectReason)


def main_reason(reasons: Sequence[RejectReason], rows: int) -> str:
    """Why none of an input's rows could be loaded, in one sentence: the most frequent reason, with its example."""
    refused = "Its only row was rejected" if rows == 1 else f"All {rows:,} rows were rejected"
    if not reasons:
        return f"{refused}."
    first = reasons[0]
    most = f", most often ({first.rows:,} row{'s' * (first.rows > 1)})" if len(reasons) > 1 else ""
    column = f" in {first.column}" if first.column is not None else ""
    return f"{refused}{most}: {first.code}{column}, first in line {first.line}: {first.reason}"
