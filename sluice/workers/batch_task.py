"""What a task does around the work of a batch: claims, a heartbeat, and errors, after which the steps go on alone."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

from celery.exceptions import Ignore, Reject

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.connection import DatabaseAway, drop_connection, patiently
from sluice.engine.ledger.batches.claims import BatchMessage, claim_batch, come_alone, release_batch
from sluice.engine.ledger.heartbeat import Heartbeat
from sluice.engine.ledger.steps import Claim
from sluice.errors import EarlierRunOpen, LostClaim, SluiceError
from sluice.workers.idle import is_busy, is_idle_after
from sluice.workers.step_task import PAUSE_S, TURN_S, answering_claims, checked

log = logging.getLogger(__name__)


@contextmanager
def working_together(kind: str, message: object) -> Iterator[tuple[list[Claim], Heartbeat]]:
    """Claim the steps of a batch and extend their leases; an error inside ends the chain. Steps that are not free are
    left out, and without any there is nothing to do."""
    fields = cast("BatchMessage", checked(message))
    is_busy()
    with answering_claims(f"{kind} of {len(fields['steps'])} steps"):
        claims = patiently(lambda: claim_batch(kind, fields))
    if not claims:
        raise Ignore
    failpoint(f"{kind}.claimed")
    try:
        with Heartbeat(claims) as pulse:
            yield claims, pulse
        is_idle_after(claims)
    except (Ignore, Reject):
        raise
    except (SystemExit, KeyboardInterrupt):  # the worker stops, and does not wait for this task
        _answer(claims, None)
        raise
    except Exception as error:
        _answer(claims, error)
        raise Ignore from error  # no step has failed: each is tried alone


def _answer(claims: Sequence[Claim], error: Exception | None) -> None:
    where = f"{claims[0].kind} of {len(claims)} steps (run {claims[0].run})"
    try:
        patiently(lambda: _give_back(claims, error, where))
    except SluiceError as second:
        drop_connection()
        log.warning("%s: %s; the ledger cannot be updated (%s), the leases will expire", where, error, second)


def _give_back(claims: Sequence[Claim], error: Exception | None, where: str) -> None:
    if error is None:
        release_batch(claims, None, 0.0)
    elif isinstance(error, DatabaseAway | EarlierRunOpen):  # all of them have to wait; not so for the store of one file
        log.info("%s wait: %s", where, error)
        release_batch(claims, str(error), TURN_S if isinstance(error, EarlierRunOpen) else PAUSE_S)
    else:
        level = logging.INFO if isinstance(error, LostClaim) else logging.WARNING
        # the trace of an error that Sluice does not know: alone each step may succeed, and then nobody would hear of it
        trace = None if isinstance(error, SluiceError) else error
        log.log(level, "%s: each is tried alone: %s: %s", where, type(error).__name__, error, exc_info=trace)
        come_alone(claims)
