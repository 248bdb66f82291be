"""The claims of a batch. Each step keeps a fence of its own, so a batch can go on without those that it has lost.

A failure that cannot be ascribed to one step makes all of them come back alone, each with a message of its own. There
it is handled, and counted, as that of any other step. So one bad file costs its neighbours some time and no attempt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.settings import settings
from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.ledger.kinds import PREVIOUS
from sluice.engine.ledger.rows import records
from sluice.engine.ledger.steps import LONGEST_ERROR, Claim, process_facts
from sluice.errors import LostClaim
from sluice.version import __version__

query = statements(__name__)

MOST_STEPS = 128  # of a batch: the costs of a message, a claim and a transaction are small for each of so many


class BatchMessage(TypedDict, total=False):
    """The message of a batch: ids, and from the second task of a chain on the fences, in the same order."""

    steps: list[int]
    fences: list[int]


def claim_batch(kind: str, message: BatchMessage) -> list[Claim]:
    """Claim those steps of a batch that are free, in a transaction of its own; in order of their ids. May be none."""
    params = {"steps": message["steps"], "kind": kind, "lease_s": settings().lease_s} | process_facts()
    name = "claim_batch"
    if "fences" in message:
        name = "claim_batch_next"
        params |= {"fences": message["fences"], "previous": PREVIOUS[kind]}
    with transaction() as cursor:
        cursor.execute(query(name), params)
        claimed = sorted(records(cursor, Claim), key=lambda claim: claim.step)
        # not sooner: this waits for nobody, so two processes that take over each other's steps cannot wait in a circle
        cursor.execute(query("release_others"), params)
    return claimed


def next_message(claims: Sequence[Claim]) -> BatchMessage:
    """What the next task of the chain needs."""
    return {"steps": [each.step for each in claims], "fences": [each.fence for each in claims]}


def finish_batch(cursor: Cursor, claims: Sequence[Claim]) -> None:
    """Mark all steps done, inside the transaction of their work. Raises LostClaim when one has another holder."""
    cursor.execute(query("finish_batch"), {**next_message(claims), "code_version": __version__})
    if cursor.rowcount != len(claims):
        raise LostClaim(f"Only {cursor.rowcount} of the {len(claims)} steps of a batch are still this worker's.")


def come_alone(claims: Sequence[Claim]) -> None:
    """Make steps due again at once, each with a message of its own from now on. Nothing is counted."""
    _release(claims, error=None, pause_s=0.0, alone=True)


def release_batch(claims: Sequence[Claim], error: str | None, pause_s: float) -> None:
    """Make steps due again after a pause, as a batch: they have to wait, and none of them is at fault."""
    _release(claims, error=error and error[:LONGEST_ERROR], pause_s=pause_s, alone=False)


def _release(claims: Sequence[Claim], **how: object) -> None:
    with transaction() as cursor:
        cursor.execute(query("release_batch"), {**next_message(claims), **how})
