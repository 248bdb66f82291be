"""Celery's consumer, with two cares of our own: it takes no messages while the worker cannot work with the ledger,
and no message that somebody else wrote ends the main process, to be given to the next worker, which it ends as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery.worker.consumer import Consumer

from sluice.workers.dropped import dropped
from sluice.workers.gate import gate
from sluice.workers.messages import complaint
from sluice.workers.transport import SURPRISES, use_careful_transport

use_careful_transport()


class CarefulConsumer(Consumer):
    """Celery's consumer; `worker_consumer` in celeryconfig.py names it."""

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Any], None]:
        """What is done with each message. Celery asks for it whenever it has connected, before it consumes."""
        handle = super().create_task_handler(*args, **kwargs)
        gate.guard(self)

        def take(message: Any) -> None:
            if gate.closed:  # it was on its way when the gate closed
                message.requeue()
                return
            wrong = complaint(message)
            if wrong is not None:
                _drop(message, wrong)
                return
            try:
                handle(message)
            except SURPRISES as error:
                _drop(message, f"Celery cannot read it ({type(error).__name__})")

        return take


def _drop(message: Any, wrong: str) -> None:
    dropped.add(wrong)
    if not message.acknowledged:
        message.reject()
