"""Publishing due steps: the rest of the chain of a part, or of a batch of parts, or a single task."""

from __future__ import annotations

import logging
import uuid

from celery import chain
from redis.utils import str_if_bytes

from sluice.app import app
from sluice.engine.database.ledger import ledger_schema
from sluice.engine.ledger.kinds import NAMES, chain_from
from sluice.engine.steps.dispatch import Queues, dispatch
from sluice.errors import SluiceError, TransientError
from sluice.workers.step_task import GONE

log = logging.getLogger(__name__)


def publish(steps: list[int], kind: str) -> None:
    """Put a message on the queue, for one step or a batch. Raises TransientError when Redis does not take it."""
    first, *rest = [app.signature(f"sluice.{each}") for each in chain_from(kind)]
    first = first.clone(args=({"step": steps[0]} if len(steps) == 1 else {"steps": steps},))
    try:
        (chain(first, *rest) if rest else first).apply_async()
    except GONE as error:
        raise TransientError(f"Redis does not take messages ({type(error).__name__}).") from error


def look_at_queues() -> Queues:
    """The state of the queues in Redis: a marker, which is lost with them, is set if there is none.

    Raises TransientError when Redis does not answer.
    """
    schema = ledger_schema()
    marker_key = f"{schema}:queues"
    try:
        with app.pool.acquire(block=True) as connection:
            redis = connection.default_channel.client
            with redis.pipeline(transaction=True) as pipeline:
                pipeline.set(marker_key, uuid.uuid4().hex, nx=True)
                pipeline.get(marker_key)
                for kind in NAMES:
                    pipeline.llen(f"{schema}.{kind}")
                _, marker, *lengths = pipeline.execute()
    except GONE as error:
        raise TransientError(f"Redis does not take messages ({type(error).__name__}).") from error
    empty = tuple(kind for kind, length in zip(NAMES, lengths, strict=True) if not length)
    return Queues(str_if_bytes(marker), empty)


def dispatch_due(*, only_new: bool = False) -> int:
    """Publish everything that is due, up to the window; `only_new` as of `dispatch`.

    Raises TransientError when a server is away.
    """
    return dispatch(publish, look_at_queues, only_new=only_new)


def publish_now() -> None:
    """Publish what became due, without waiting for the dispatch threads; they do it if it fails now."""
    try:
        dispatch_due(only_new=True)
    except SluiceError as error:
        log.warning("not published yet: %s The workers publish it as soon as possible.", error)
