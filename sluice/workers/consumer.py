"""Celery's consumer, with two additions: it takes no messages while the worker cannot use the ledger, and a message
that Sluice did not write does not crash the main process (and then the next worker's, to which it would go).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from celery.worker.consumer import Consumer
from kombu.exceptions import KombuError

from sluice.workers.gate import gate
from sluice.workers.messages import problem_of

log = logging.getLogger(__name__)
# errors of code that got unexpected data; Celery handles the errors of a lost connection
_UNEXPECTED = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, KombuError)


class CarefulConsumer(Consumer):
    """Celery's consumer; `worker_consumer` in celeryconfig.py names it."""

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Any], None]:
        """The handler of each message. Celery calls this after each connect, before it consumes."""
        handle = super().create_task_handler(*args, **kwargs)
        channel = self.task_consumer.channel
        channel.handlers["BRPOP"] = _unless_broken(channel.handlers["BRPOP"])
        gate.guard(self)

        def take(message: Any) -> None:
            if gate.closed:  # it was on its way when the gate closed
                message.requeue()
                return
            wrong = problem_of(message)
            if wrong is not None:
                _drop(message, wrong)
                return
            try:
                handle(message)
            except _UNEXPECTED as error:
                _drop(message, f"Celery cannot read it ({type(error).__name__})")

        return take


def _drop(message: Any, wrong: str) -> None:
    log.warning("dropped a message that Sluice did not write: %s", wrong)
    if not message.acknowledged:
        message.reject()


def _unless_broken(read: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap the read from Redis: what it reads may not be a message, and is out of its queue by then."""

    def careful(**options: Any) -> Any:
        try:
            return read(**options)
        except _UNEXPECTED as error:
            log.warning("dropped an entry that is not a message (%s)", type(error).__name__)
            return None

    return careful
