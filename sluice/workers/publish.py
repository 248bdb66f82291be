"""From a due step to messages: the chain that a part still has before it, or a single task."""

from __future__ import annotations

import logging

from celery import chain
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from sluice.app import app
from sluice.engine.ledger.dispatch import dispatch
from sluice.errors import SluiceError, TransientError

log = logging.getLogger(__name__)
CHAIN = ("extract", "transform", "load")


def publish(step: int, kind: str) -> None:
    """Put a step on the queue. Raises TransientError when Redis does not take it."""
    kinds = CHAIN[CHAIN.index(kind) :] if kind in CHAIN else (kind,)
    first, *rest = [app.signature(f"sluice.{each}") for each in kinds]
    first = first.clone(args=({"step": step},))
    try:
        (chain(first, *rest) if rest else first).apply_async()
    except (OperationalError, RedisError, OSError) as error:
        raise TransientError(f"Redis does not take messages ({type(error).__name__}).") from error


def dispatch_due() -> int:
    """Publish everything that is due, up to the window. Raises TransientError when a server is away."""
    return dispatch(publish)


def publish_now() -> None:
    """Publish what is due, without waiting for the dispatch threads; which do it if it cannot be done now."""
    try:
        dispatch_due()
    except SluiceError as error:
        log.warning("not published yet: %s The workers do it as soon as it can be done.", error)
