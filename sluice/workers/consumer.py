"""Celery's consumer, with two additions: it takes no messages while the worker cannot use the ledger, and a message
that Sluice did not write does not crash the main process (and then the next worker's, to which it would go).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery.worker.consumer import Consumer

from sluice.workers.dropped import dropped
from sluice.workers.gate import gate
from sluice.workers.messages import problem_of
from sluice.workers.transport import UNEXPECTED, use_careful_transport

use_careful_transport()


class CarefulConsumer(Consumer):
    """Celery's consumer; `worker_consumer` in celeryconfig.py names it."""

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Any], None]:
        """The handler of each message. Celery calls this after each connect, before it consumes."""
        handle = super().create_task_handler(*args, **kwargs)
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
            except UNEXPECTED as error:
                _drop(message, f"Celery cannot read it ({type(error).__name__})")

        return take


def _drop(message: Any, wrong: str) -> None:
    dropped.add(wrong)
    if not message.acknowledged:
        message.reject()
