"""Taking an input back: it changed while it was read, so none of its rows may stay."""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.database.locks import Lock, share
from sluice.engine.database.statements import statements
from sluice.engine.declare import Table
from sluice.engine.ledger.inputs import shared as ledger_inputs
from sluice.engine.ledger.inputs.shared import plan_again, withdraw_parts
from sluice.engine.ledger.outcomes import end_input
from sluice.engine.ledger.steps import Claim, finish
from sluice.engine.load.target import Target
from sluice.errors import LostClaim

query = statements(__name__)

MAX_REPLANS = 3


def withdraw_input(claim: Claim, table: Table | Target, reason: str, *, code: str, again: bool) -> None:
    """Delete what was loaded of an input and plan it again; or let it fail, after three times or at once.

    One that was read from the landing is planned again in any case: its copy can be made again.

    Raises LostClaim when the step that saw the change is not mine any more: then it is not mine to judge.
    """
    with transaction() as cursor:
        row = undo_input(cursor, claim, table if isinstance(table, Target) else Target.of(table))
        if row is not None and (again or row[1]) and row[0] <= MAX_REPLANS:
            plan_again(cursor, this_input(claim))
        else:
            end_input(cursor, this_input(claim), "failed", code=code, error=reason)


def undo_input(cursor: Cursor, claim: Claim, target: Target) -> tuple[int, bool] | None:
    """Delete what an input left behind, inside the caller's transaction, and finish the step that found out.

    Returns how often it was taken back by now, and whether it had a copy in the landing. Raises LostClaim.
    """
    this = {"input": this_input(claim)}
    if target.update:
        share(cursor, Lock.SETTLING, target.name)  # what settling keeps for the books comes back, or is not there yet
    withdraw_parts(cursor, this["input"])
    finish(cursor, claim)
    _take_out(cursor, target, this)
    row = ledger_inputs.withdraw_input(cursor, this["input"])
    cursor.execute(query("free_same_content"), this)
    return row


def this_input(claim: Claim) -> int:
    """The input of a claim. Raises LostClaim for a step of a whole run."""
    if claim.input is None:
        raise LostClaim(f"Step {claim.step} has no input.")
    return claim.input


def _take_out(cursor: Cursor, target: Target, this: dict[str, int]) -> None:
    """Delete the input's rows; of an update, what they replaced comes back."""
    if not target.update:
        cursor.execute(target.statement("delete_input"), this)
        return
    for name in ("make_contest", "make_stage", "move_to_contest", "restore_others", "keep_replaced"):
        cursor.execute(target.statement(name), this)
