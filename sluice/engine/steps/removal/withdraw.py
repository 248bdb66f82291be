"""Withdrawing an input: it changed while it was read, so all its rows are deleted."""

from __future__ import annotations

from dataclasses import replace

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
from sluice.engine.tables.catalog import columns_of
from sluice.errors import LostClaim

query = statements(__name__)

MAX_REPLANS = 3


def withdraw_input(claim: Claim, table: Table | Target, reason: str, *, code: str, again: bool) -> None:
    """Delete the rows of an input and plan it again, or fail it: after three times, or at once without `again`.

    One that was read from the landing is always planned again: its copy can be made again.

    Raises LostClaim when the claim of the step that noticed the change is no longer valid.
    """
    with transaction() as cursor:
        row = undo_input(cursor, claim, table if isinstance(table, Target) else Target.of(table))
        if row is not None and (again or row[1]) and row[0] <= MAX_REPLANS:
            plan_again(cursor, this_input(claim))
        else:
            end_input(cursor, this_input(claim), "failed", code=code, error=reason)


def undo_input(cursor: Cursor, claim: Claim, target: Target) -> tuple[int, bool] | None:
    """Delete all rows of an input, inside the caller's transaction, and finish the step that noticed the change.

    Returns how often it has been withdrawn, and whether it had a copy in the landing. Raises LostClaim.
    """
    this = {"input": this_input(claim)}
    target = _as_it_is(cursor, target)
    if target.update:
        share(cursor, Lock.SETTLING, target.name)  # rows that settling records are restored, or not recorded yet
    withdraw_parts(cursor, this["input"])
    finish(cursor, claim)
    _take_out(cursor, target, this)
    row = ledger_inputs.withdraw_input(cursor, this["input"])
    cursor.execute(query("free_same_content"), this)
    return row


def delete_rows(cursor: Cursor, target: Target, input_id: int) -> None:
    """Delete all rows of an input that is not settled, and what the ledger has of them but the books."""
    _take_out(cursor, target, {"input": input_id})
    ledger_inputs.forget_rows(cursor, input_id)


def _as_it_is(cursor: Cursor, target: Target) -> Target:
    """The table to delete rows from. One whose columns were changed since has no rows that an update has replaced,
    because it is changed only while there are none: nothing is restored by the older columns."""
    if not target.update or set(target.columns) <= set(columns_of(cursor, target.name) or {}):
        return target
    return replace(target, update=False)


def this_input(claim: Claim) -> int:
    """The input of a claim. Raises LostClaim for a step of a whole run."""
    if claim.input is None:
        raise LostClaim(f"Step {claim.step} has no input.")
    return claim.input


def _take_out(cursor: Cursor, target: Target, this: dict[str, int]) -> None:
    """Delete the input's rows; of an update, the rows that they replaced are restored."""
    if not target.update:
        cursor.execute(target.statement("delete_input"), this)
        return
    for name in ("make_contest", "make_stage", "move_to_contest", "restore_others", "keep_replaced"):
        cursor.execute(target.statement(name), this)
