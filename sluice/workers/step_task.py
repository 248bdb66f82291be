"""The base of every task that works on a step: how each kind of error, and a lost child, is handled."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

from billiard.einfo import ExceptionWithTraceback
from billiard.exceptions import WorkerLostError
from celery import Task
from celery.exceptions import Ignore, InvalidTaskError, Reject
from celery.worker.request import Request
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from sluice.engine.base.failpoint import failpoint
from sluice.engine.base.identity import holder
from sluice.engine.base.settings import settings
from sluice.engine.database.connection import drop_connection, patiently, transaction
from sluice.engine.ledger import steps
from sluice.engine.ledger.heartbeat import Heartbeat
from sluice.engine.ledger.revisions import registered_input
from sluice.engine.ledger.runs import options_of, pipeline_of
from sluice.engine.ledger.steps import Claim
from sluice.engine.steps.again.redeclare import build_under_newer, plan_under_newer, target_of
from sluice.engine.steps.removal.withdraw import this_input, withdraw_input
from sluice.engine.tables.changes.fits import is_left_behind
from sluice.errors import (
    ConfigError,
    DataError,
    EarlierRunOpen,
    InputChanged,
    LostClaim,
    NotAllowed,
    NotHere,
    OtherDeclaration,
    PermanentError,
    SluiceError,
    TableChanged,
    TablesMissing,
    TransientError,
)
from sluice.pipelines import find, newest
from sluice.workers.broker.arguments import is_of_steps
from sluice.workers.idle import is_busy, is_idle_after

log = logging.getLogger(__name__)
PAUSE_S = 2.0  # until a server may answer again
TURN_S = 0.5  # until another run may have gone on
LONGER = 3  # times the wait for a declaration: a worker with it may be busy, or others not upgraded yet
REQUEUE_S = 1.0  # before a message is requeued: the same process may be the next to take it
QUIET_S = 60.0
GONE = (OperationalError, RedisError, OSError)  # how Redis fails while it is away
_complained = float("-inf")


# Waiting, or another worker's turn: Flower should not show a failure.
_NO_FAILURE = (TransientError, NotHere, InputChanged, LostClaim)


class StepFailed(SluiceError):
    """The step failed by itself. It is tried again or dead: `sluice status` shows it."""


class WatchedRequest(Request):
    """A task seen from the worker's main process, which outlives the child that died on it."""

    def __init__(self, message: Any, *args: Any, **kwargs: Any) -> None:
        try:
            super().__init__(message, *args, **kwargs)
        except ValueError as error:  # Celery would exit, and then the next worker with the same message
            raise InvalidTaskError("not a message of Sluice") from error

    def on_failure(self, exc_info: Any, send_failed_event: bool = True, return_ok: bool = False) -> Any:
        error = exc_info.exception
        if isinstance(error, ExceptionWithTraceback):
            error = error.exc
        if isinstance(error, WorkerLostError):
            self._report(steps.KILLED)
        return super().on_failure(exc_info, send_failed_event=send_failed_event, return_ok=return_ok)

    def on_timeout(self, soft: bool, timeout: float) -> Any:
        if not soft:
            self._report(f"It took longer than {timeout:.0f} s.")
        return super().on_timeout(soft, timeout)

    def _report(self, what: str) -> None:
        try:
            message, child = read_message(self.args), holder(self.worker_pid)
            if "steps" in message:
                steps.fail_process(child, what)
            else:
                steps.fail_attempt(message["step"], None, what, child=child)
        except (SluiceError, ValueError) as error:
            log.warning("a crash could not be written to the ledger: %s", error)  # its lease will run out


class StepTask(Task):
    """A task whose message is {"step": id} or {"step": id, "fence": number}, or that of a batch, and nothing else."""

    abstract = True
    Request = WatchedRequest
    acks_late = True
    ignore_result = True
    throws = (StepFailed,)  # logged already, once

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        """Publish the task. If the next one of a chain cannot be published, its step is due again, and nothing raises.

        Celery publishes it after the task's own code, and would log an error there with its traceback twice.
        """
        try:
            return super().apply_async(args, kwargs, **options)
        except GONE as error:
            fields = next(iter(args or ()), None)
            if not isinstance(fields, dict) or not {"fence", "fences"} & set(fields):
                raise
            log.warning("%s is not published: Redis does not take messages (%s)", self.name, type(error).__name__)
            with suppress(SluiceError):  # PostgreSQL is away, too: the lease runs out
                for step, fence in zip(*_steps_and_fences(fields), strict=True):
                    steps.give_back(step, fence)
            return None


def _steps_and_fences(fields: dict[str, Any]) -> tuple[list[int], list[int]]:
    return (fields["steps"], fields["fences"]) if "fences" in fields else ([fields["step"]], [fields["fence"]])


def read_message(args: Any) -> dict[str, Any]:
    """The message of a task. Raises ValueError for anything that Sluice did not write."""
    message = args[0] if isinstance(args, list | tuple) and len(args) == 1 else None
    if not is_of_steps(message):
        raise ValueError("not a message of Sluice")
    return cast("dict[str, Any]", message)


def checked(message: object) -> dict[str, Any]:
    """The message of a task; one that Sluice did not write ends the task."""
    try:
        return read_message([message])
    except ValueError:
        log.warning("dropped a message that Sluice did not write")
        raise Ignore from None


@contextmanager
def working(kind: str, message: object) -> Iterator[tuple[Claim, Heartbeat]]:
    """Claim the step and extend the lease; an error inside is handled by its kind and ends the chain."""
    fields = checked(message)
    is_busy()
    with answering_claims(f"{kind} of step {fields['step']}"):
        claim = patiently(lambda: steps.claim(kind, fields))
    failpoint(f"{kind}.claimed")
    try:
        with Heartbeat([claim]) as pulse:
            yield claim, pulse
        is_idle_after([claim])
    except (Ignore, Reject):
        raise
    except _NO_FAILURE as error:
        _answer(claim, error)
        raise Ignore from error
    except (SystemExit, KeyboardInterrupt):  # the worker stops, and does not wait for this task
        with suppress(SluiceError):
            steps.release(claim, None, 0.0)
        raise
    except Exception as error:  # noqa: BLE001 - any error is recorded in the ledger and ends the chain
        _answer(claim, error)
        # Flower shows this: no values of rows; the reason is in the ledger
        raise StepFailed(f"{kind} of step {claim.step}: {type(error).__name__}") from None


@contextmanager
def answering_claims(what: str) -> Iterator[None]:
    """Handle an error of a claim: the message is done with, or another worker gets it."""
    try:
        yield
    except LostClaim:
        raise Ignore from None  # done, claimed, or an old copy of a message: nothing to do
    except (ConfigError, TransientError) as error:  # it is not the step's fault: another worker may be able to
        _complain(f"{what} cannot start: {error} Its message goes back to the queue.")
        time.sleep(REQUEUE_S)
        raise Reject(type(error).__name__, requeue=True) from error
    except SluiceError as error:
        log.warning("%s cannot start: %s", what, error)
        raise Ignore from error


def _complain(sentence: str) -> None:
    """Log a warning, but not often: a worker that cannot work logs why, and closes its gate (workers/gate.py)."""
    global _complained
    if time.monotonic() - _complained > QUIET_S:
        _complained = time.monotonic()
        log.warning(sentence)


def _answer(claim: Claim, error: Exception) -> None:
    """Handle an error by its kind."""
    where = f"{claim.kind} of step {claim.step} (run {claim.run})"
    if isinstance(error, LostClaim):
        log.info("%s: %s", where, error)
        return
    try:
        patiently(lambda: _record_error(claim, error, where))
    except SluiceError as second:
        drop_connection()
        log.warning("%s: %s; the ledger cannot be updated (%s), its lease will expire", where, error, second)


def _record_error(claim: Claim, error: Exception, where: str) -> None:
    if isinstance(error, EarlierRunOpen):
        log.info("%s waits: %s", where, error)
        steps.release(claim, str(error), TURN_S)
    elif isinstance(error, TransientError):
        log.warning("%s waits: %s", where, error)
        steps.release(claim, str(error), PAUSE_S)
    elif isinstance(error, InputChanged):
        log.warning("%s: %s", where, error)
        _withdraw(claim, str(error), code="changed", again=True)
    elif isinstance(error, NotHere | NotAllowed) and not _is_in_own_sql(claim, error):
        log.info("%s: %s", where, error)
        _handle_missing(claim, error)
    elif isinstance(error, PermanentError | ConfigError | DataError):
        log.error("%s is dead: %s", where, error)
        steps.kill(claim, str(error))
    else:
        log.error("%s failed", where, exc_info=error)
        steps.fail_attempt(claim.step, claim.fence, f"{type(error).__name__}: {error}")


def _is_in_own_sql(claim: Claim, error: Exception) -> bool:
    """Whether a table is missing that a derived table's SQL names: other workers do not have it either."""
    return claim.kind == "build" and isinstance(error, TablesMissing)


def _handle_missing(claim: Claim, error: NotHere | NotAllowed) -> None:
    """Another worker may reach the file, or have the right; when none has for too long, its input fails."""
    reason = str(error)
    other = isinstance(error, OtherDeclaration)
    if other and _is_left_behind(claim, error) and _goes_on_under_newer(claim):
        log.info("step %s (run %s) goes on under a newer declaration: %s", claim.step, claim.run, reason)
    elif not steps.is_missing_too_long(claim, settings().declaration_wait_s if other else error.patience_s):
        steps.release(claim, reason, 1.0, missing=True)
    elif other and _goes_on_under_newer(claim):
        log.warning("step %s (run %s) goes on under a newer declaration: %s", claim.step, claim.run, reason)
    elif other and not steps.is_missing_too_long(claim, LONGER * settings().declaration_wait_s):
        steps.release(claim, reason, 1.0, missing=True)
    elif claim.input is None or (claim.part is not None and isinstance(error, NotAllowed)):
        steps.kill(claim, reason)
    elif claim.part is None:
        steps.fail_input(claim, error.code, reason)
    else:
        _withdraw(claim, reason, code=error.code, again=False)


def _is_left_behind(claim: Claim, error: NotHere | NotAllowed) -> bool:
    """Whether the table was changed since the step's declaration: nobody waits for a worker that has it."""
    if isinstance(error, TableChanged):
        return True
    if claim.input is None:
        return False
    _, registered = registered_input(claim.run, claim.input)
    shape = registered.shape
    if shape is None:
        return False
    with transaction() as cursor:
        return is_left_behind(cursor, shape["table"], shape["columns"], shape["key"])


def _goes_on_under_newer(claim: Claim) -> bool:
    """Whether a step whose declaration no worker has goes on under this worker's newer one."""
    if claim.input is not None:
        pipeline, registered = registered_input(claim.run, claim.input)
        return plan_under_newer(claim, registered, newest(pipeline))
    if claim.kind != "build":
        return False
    if build_under_newer(claim, newest(pipeline_of(claim.run)), options_of(claim.run).get("derived")):
        steps.release(claim, None, 0.0)
        return True
    return False


def _withdraw(claim: Claim, reason: str, *, code: str, again: bool) -> None:
    """Withdraw the input from the table that it was registered for, whatever is declared now."""
    pipeline, registered = registered_input(claim.run, this_input(claim))
    table = target_of(registered) or find(pipeline).flow(registered.source).table
    withdraw_input(claim, table, reason, code=code, again=again)
