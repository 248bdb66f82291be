"""The life of a step: claimed with a fence, held by a lease, then done, given back, or counted as failed.

A claim is committed before any work. Everything that follows names the fence it was given; when somebody else
has claimed the step since, no row matches, and `LostClaim` says to stop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.identity import holder
from sluice.engine.base.settings import settings
from sluice.engine.database.connection import transaction
from sluice.engine.database.locks import Lock, lock
from sluice.engine.database.statements import statements
from sluice.engine.ledger.kinds import PREVIOUS
from sluice.engine.ledger.outcomes import end_input, end_part
from sluice.engine.ledger.workers import FRESH_S
from sluice.errors import LostClaim
from sluice.version import __version__

query = statements(__name__)

LONGEST_ERROR = 500
KILLED = "It killed its worker process."


@dataclass(frozen=True)
class Claim:
    """The right to work on a step until its lease ends, and the fence that proves it."""

    step: int
    run: int
    input: int | None
    part: int | None
    kind: str
    fence: int

    @property
    def message(self) -> dict[str, int]:
        """What the next task of the chain needs: ids and nothing else."""
        return {"step": self.step, "fence": self.fence}


def claim(kind: str, message: dict[str, int]) -> Claim:
    """Claim the step of `message` for `kind`, in a transaction of its own. Raises LostClaim."""
    asked = {
        "step": message["step"],
        "kind": kind,
        "holder": holder(),
        "lease_s": settings().lease_s,
    }
    name = "claim"
    if "fence" in message:
        name = "carry_on"
        asked |= {"fence": message["fence"], "previous": PREVIOUS[kind]}
    with transaction() as cursor:
        cursor.execute(query(name), asked)
        row = cursor.fetchone()
        if row is None and name == "claim":
            row = _claim_doubted(cursor, asked)
    if row is None:
        raise LostClaim(f"Step {message['step']} ({kind}) is not free, or is done.")
    return Claim(*row)


def _claim_doubted(cursor: Cursor, asked: dict[str, object]) -> tuple[Any, ...] | None:
    """Claim a step of an input that has crashed, if not too many processes are at such inputs already."""
    lock(cursor, Lock.CRASHED_INPUTS)
    cursor.execute(query("claim_doubted"), asked | {"fresh_s": FRESH_S})
    row = cursor.fetchone()
    if row is None:
        cursor.execute(query("put_off"), asked)
    return row


def let_go() -> None:
    """This process ends in good order: what it holds waits for the next task of its chain, and for nobody's return."""
    with transaction() as cursor:
        cursor.execute(query("let_go"), {"holder": holder()})


def finish(cursor: Cursor, held: Claim) -> None:
    """Mark the step done, inside the transaction of its work. Raises LostClaim when it is not mine any more."""
    cursor.execute(query("finish_step"), {"step": held.step, "fence": held.fence})
    if cursor.rowcount != 1:
        raise LostClaim(f"Step {held.step} ({held.kind}) has another holder now.")


def release(held: Claim, error: str | None, pause_s: float, *, missing: bool = False) -> None:
    """Give the step back, due again after a pause; `missing` when this worker did not see its file."""
    with transaction() as cursor:
        asked = {"step": held.step, "fence": held.fence, "pause_s": pause_s, "missing": missing}
        cursor.execute(query("release"), asked | {"error": error and error[:LONGEST_ERROR]})


def fail_attempt(step: int, fence: int | None, error: str, child: str | None = None) -> None:
    """Count a failure of the step itself; past the limit it is dead, and its input with it.

    A worker's main process that lost a child does not know the fence: it names the child instead.
    """
    asked = {"step": step, "fence": fence, "holder": child, "error": error[:LONGEST_ERROR]}
    with transaction() as cursor:
        cursor.execute(query("fail_attempt"), asked | {"limit": settings().max_crashes})
        row = cursor.fetchone()
        if row is not None and row[5] == "dead":
            bury(cursor, Claim(row[0], row[1], row[2], row[3], row[4], 0), error)


def fail_process(child: str, error: str) -> None:
    """Count a failure of the step that a process is at, before the process is ended for it."""
    with transaction() as cursor:
        cursor.execute(query("held_by"), {"holder": child})
        held = cursor.fetchall()
    for (step,) in held:
        fail_attempt(step, None, error, child=child)


def kill(held: Claim, error: str) -> None:
    """The step can never go well: dead at once."""
    with transaction() as cursor:
        cursor.execute(
            query("kill_step"),
            {"step": held.step, "fence": held.fence, "error": error[:LONGEST_ERROR]},
        )
        if cursor.rowcount == 1:
            bury(cursor, held, error)


def is_missing_too_long(held: Claim, patience_s: float) -> bool:
    """Whether no worker has seen the step's file for that long."""
    with transaction() as cursor:
        cursor.execute(query("missing_too_long"), {"step": held.step, "patience_s": patience_s})
        return cursor.fetchone() == (True,)


def fail_input(held: Claim, code: str, error: str) -> None:
    """The input that is being planned cannot be: it fails, with its reason."""
    with transaction() as cursor:
        if held.input is not None:
            end_input(cursor, held.input, "failed", code=code, error=error)
        finish(cursor, held)


def expire(cursor: Cursor, gone: list[str]) -> int:
    """Free the steps of workers that are `gone` and of leases that ran out. Returns how many."""
    cursor.execute(query("expire"), {"gone": gone, "limit": settings().max_vanished})
    rows = cursor.fetchall()
    for row in rows:
        if row[5] == "dead":
            bury(cursor, Claim(row[0], row[1], row[2], row[3], row[4], 0), "Its workers vanished too often.")
    return len(rows)


def bury(cursor: Cursor, dead: Claim, error: str) -> None:
    """A step died: what waits for it must not wait for ever."""
    cursor.execute("update sluice.step set code_version = %s where id = %s", (__version__, dead.step))
    if dead.part is not None and dead.input is not None:
        end_part(cursor, dead.run, dead.input, {}, staged=False)
    elif dead.kind == "plan" and dead.input is not None:
        end_input(cursor, dead.input, "failed", code="dead_step", error=error)
    else:
        cursor.execute(query("fail_run"), {"run": dead.run, "error": error})
