"""Celery's consumer, with two cares of our own: it takes no messages while the worker cannot work with the ledger,
and no message that somebody else wrote ends the main process, to be given to the next worker, which it ends as well.
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
# what code raises that met other data than it expected; what a lost connection raises is for Celery to answer
_UNEXPECTED = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, KombuError)


class CarefulConsumer(Consumer):
    """Celery's consumer; `worker_consumer` in celeryconfig.py names it."""

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Any], None]:
        """What is done with each message. Celery asks for it whenever it has connected, before it consumes."""
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
    """The reading of what Redis has, where it may be no message at all: it is gone from its queue by then."""

    def careful(**options: Any) -> Any:
        try:
            return read(**options)
        except _UNEXPECTED as error:
            log.warning("dropped what is not a message at all (%s)", type(error).__name__)
            return None

    return careful
