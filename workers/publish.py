"""From a due step to messages: the chain that a part still has before it, or a single task."""

from __future__ import annotations

from celery import chain
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from sluice.engine.ledger.dispatch import dispatch
from sluice.errors import TransientError
from workers.app import app

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
    """Publish everything that is due, up to the window."""
    return dispatch(publish)
