"""Parked parts: with a limit of rejects, an input's parts wait until all of them are transformed.

Over the limit the input fails, its rejects can be read, and nothing of it is loaded. Within it, all its parts become
due to be loaded at once.
"""

from __future__ import annotations

import pyarrow as pa
from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.ledger.outcomes import end_input
from sluice.engine.ledger.parts import PartWork
from sluice.engine.ledger.steps import Claim
from sluice.engine.rows import rejects
from sluice.engine.steps.part.reject_limit import RejectLimit
from sluice.errors import LostClaim

query = statements(__name__)


def park_part(claim: Claim, work: PartWork, refused: pa.Table) -> None:
    """Release the claim until all parts are transformed, and store the part's rejects. Raises LostClaim."""
    with transaction() as cursor:
        cursor.execute(query("park_step"), {"step": claim.step, "fence": claim.fence})
        if cursor.rowcount != 1:
            raise LostClaim(f"Step {claim.step} ({claim.kind}) has another holder now.")
        delete_rejects(cursor, work)
        number = rejects.write(cursor, refused, run=work.run, input_id=work.input, part=work.part)
        number -= refused.column("code").to_pylist().count(rejects.FORGOTTEN)  # the file is not at fault for these
        cursor.execute(query("note_refused"), {"part": work.part, "refused": number})
    failpoint("transform.parked")
    with transaction() as cursor:
        judge_parked(cursor)


def delete_rejects(cursor: Cursor, work: PartWork) -> None:
    """Delete rejects that were written when the part was parked: load writes them again, with its own."""
    lines = {"input": work.input, "first": work.first_line, "end": work.end_line}
    cursor.execute(query("delete_rejects"), lines)


def judge_parked(cursor: Cursor) -> None:
    """Make inputs due to be loaded, or fail them, once all their parts are transformed. Any process may do it."""
    cursor.execute(query("parked_inputs"))
    for input_id, limit, rows, refused in cursor.fetchall():
        reason = RejectLimit(limit).over(refused, rows)
        if reason is None:
            cursor.execute(query("release_parked"), {"input": input_id})
        else:
            cursor.execute(query("drop_parked"), {"input": input_id})
            end_input(cursor, input_id, "failed", code="over_limit", error=reason)
