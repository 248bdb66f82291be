"""The states of a step: claimed with a fence for the time of a lease, then done, released, or counted as failed.

A claim is committed before any work. Every later statement names its fence; when another worker has claimed the
step since, no row matches, and `LostClaim` ends the work.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.identity import holder
from sluice.engine.base.settings import settings
from sluice.engine.database.connection import transaction
from sluice.engine.database.ledger import in_ledger
from sluice.engine.database.locks import Lock, lock
from sluice.engine.database.statements import statements
from sluice.engine.ledger.kinds import PASSED_ON, PREVIOUS
from sluice.engine.ledger.outcomes import end_input, end_part
from sluice.engine.ledger.rows import record, records
from sluice.engine.ledger.workers import FRESH_S
from sluice.engine.storage.address import printable_lines
from sluice.errors import LostClaim
from sluice.version import __version__

query = statements(__name__)

LONGEST_ERROR = 500
LONGEST_PAUSE = 2**5  # of publish_s: mark_published.sql doubles it so often
KILLED = "The worker process that worked on it died."


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


@dataclass(frozen=True)
class FailedStep(Claim):
    """A step after a failure was counted: `due` again, or `dead`."""

    state: str


def claim(kind: str, message: dict[str, int]) -> Claim:
    """Claim the step of `message` for `kind`, in a transaction of its own. Raises LostClaim."""
    params: dict[str, object] = {"step": message["step"], "kind": kind, "lease_s": settings().lease_s}
    params |= process_facts()
    name = "claim"
    if "fence" in message:
        name = "claim_next"
        params |= {"fence": message["fence"], "previous": PREVIOUS[kind]}
    with transaction() as cursor:
        cursor.execute(query(name), params)
        claimed = record(cursor, Claim)
        if claimed is None and name == "claim":
            claimed = _claim_doubted(cursor, params)
    if claimed is None:
        raise LostClaim(f"Step {message['step']} ({kind}) is not free, or is done.")
    return claimed


def _claim_doubted(cursor: Cursor, params: dict[str, object]) -> Claim | None:
    """Claim a step of an input that has crashed, if not too many processes work on such inputs already."""
    lock(cursor, Lock.CRASHED_INPUTS)
    cursor.execute(query("claim_doubted"), params | {"fresh_s": FRESH_S})
    claimed = record(cursor, Claim)
    if claimed is None:
        cursor.execute(query("postpone"), params)
    return claimed


def process_facts() -> dict[str, object]:
    """What statements need that release other steps of this process: they wait for the next task of their chain."""
    return {"holder": holder(), "passed_on": list(PASSED_ON), "queue_s": longest_in_queue_s()}


def longest_in_queue_s() -> float:
    """How long a message of a chain may wait in its queue, in seconds: as long as one that dispatch publishes."""
    return settings().publish_s * LONGEST_PAUSE


def release_process() -> None:
    """This process ends normally: its steps wait for the next task of their chain, not for their leases to expire."""
    with transaction() as cursor:
        cursor.execute(query("release_process"), process_facts())


def pass_on(claimed: Claim) -> None:
    """This process has ended its task of the step and is idle: the process that gets the next message goes on."""
    with transaction() as cursor:
        cursor.execute(query("pass_on"), vars(claimed) | process_facts())


def finish(cursor: Cursor, claimed: Claim) -> None:
    """Mark the step done, inside the transaction of its work. Raises LostClaim when the claim is no longer valid."""
    cursor.execute(query("finish_step"), {"step": claimed.step, "fence": claimed.fence})
    if cursor.rowcount != 1:
        raise LostClaim(f"Step {claimed.step} ({claimed.kind}) has another holder now.")


def release(claimed: Claim, error: str | None, pause_s: float, *, missing: bool = False) -> None:
    """Release the step, due again after a pause; `missing` when this worker could not read its file."""
    with transaction() as cursor:
        params = {"step": claimed.step, "fence": claimed.fence, "pause_s": pause_s, "missing": missing}
        cursor.execute(query("release"), params | {"error": error and _kept(error)})


def give_back(step: int, fence: int) -> None:
    """Make a step due again whose next message could not be published."""
    with transaction() as cursor:
        params = {"step": step, "fence": fence, "pause_s": 1.0, "missing": False, "error": None}
        cursor.execute(query("release"), params)


def fail_attempt(step: int, fence: int | None, error: str, child: str | None = None) -> None:
    """Count a failure of the step itself; at the limit the step is dead, and so is its input.

    A worker's main process that lost a child does not know the fence: it names the child instead.
    """
    params = {"step": step, "fence": fence, "holder": child, "error": _kept(error)}
    with transaction() as cursor:
        cursor.execute(query("fail_attempt"), params | {"limit": settings().max_crashes})
        failed = record(cursor, FailedStep)
        if failed is not None and failed.state == "dead":
            close_dead(cursor, failed, error)


def _kept(error: str) -> str:
    return printable_lines(error)[:LONGEST_ERROR]


def fail_process(child: str, error: str) -> None:
    """Count a failure of the step that a process works on, before the process is ended for it."""
    with transaction() as cursor:
        cursor.execute(query("steps_of_process"), {"holder": child})
        steps = cursor.fetchall()
    for (step,) in steps:
        fail_attempt(step, None, error, child=child)


def kill(claimed: Claim, error: str) -> None:
    """Mark the step dead at once: trying again cannot help."""
    with transaction() as cursor:
        cursor.execute(
            query("kill_step"),
            {"step": claimed.step, "fence": claimed.fence, "error": _kept(error)},
        )
        if cursor.rowcount == 1:
            close_dead(cursor, claimed, error)


def is_missing_too_long(claimed: Claim, patience_s: float) -> bool:
    """Whether no worker has seen the step's file for that long."""
    with transaction() as cursor:
        cursor.execute(query("missing_too_long"), {"step": claimed.step, "patience_s": patience_s})
        return cursor.fetchone() == (True,)


def fail_input(claimed: Claim, code: str, error: str) -> None:
    """Fail the input that is being planned, with its reason."""
    with transaction() as cursor:
        if claimed.input is not None:
            end_input(cursor, claimed.input, "failed", code=code, error=error)
        finish(cursor, claimed)


def expire(cursor: Cursor, gone: list[str], *, leases: bool = True) -> int:
    """Release the steps of workers that are `gone`, and those of expired `leases`. Returns how many."""
    cursor.execute(query("expire"), {"gone": gone, "leases": leases, "limit": settings().max_vanished})
    expired = records(cursor, FailedStep)
    for failed in expired:
        if failed.state == "dead":
            close_dead(cursor, failed, "Its workers vanished too often.")
    return len(expired)


def close_dead(cursor: Cursor, dead: Claim, error: str) -> None:
    """End the part, input or run of a dead step, so that nothing waits for it."""
    cursor.execute(in_ledger("update sluice.step set code_version = %s where id = %s"), (__version__, dead.step))
    if dead.part is not None and dead.input is not None:
        end_part(cursor, dead.run, dead.input, {}, staged=False)
    elif dead.kind == "plan" and dead.input is not None:
        end_input(cursor, dead.input, "failed", code="dead_step", error=error)
    else:
        cursor.execute(query("fail_run"), {"run": dead.run, "error": error})
