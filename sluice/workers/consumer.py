"""Celery's consumer, with additions: it takes no messages while the worker cannot use the ledger; neither a message of
another program nor a child that dies early ends the main process; a Redis that refuses writes gets a pause.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from celery.worker.consumer import Consumer
from redis.exceptions import ResponseError

from sluice.engine.storage.log_text import log_printably
from sluice.workers.broker.connection_log import report_briefly
from sluice.workers.broker.dropped import dropped
from sluice.workers.broker.messages import problem_of
from sluice.workers.broker.transport import UNEXPECTED, use_careful_transport
from sluice.workers.gate import gate

use_careful_transport()
report_briefly()
log_printably()
REFUSED_PAUSE_S = 1.0


class CarefulConsumer(Consumer):
    """Celery's consumer; `worker_consumer` in celeryconfig.py names it."""

    restart_count: int  # -1 until the first start

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Any], None]:
        """The handler of each message. Celery calls this after each connect, before it consumes."""
        handle = super().create_task_handler(*args, **kwargs)
        # Celery ends the worker if a child died before the first connection was made; its pool has replaced the child
        self.restart_count = self.restart_count or 1
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

    def on_connection_error_before_connected(self, exc: BaseException) -> None:
        """Celery calls this before the consumer connects again, if it was not connected yet."""
        super().on_connection_error_before_connected(exc)
        _pause_if_refused(exc)

    def on_connection_error_after_connected(self, exc: BaseException) -> None:
        """Celery calls this before the consumer connects again."""
        super().on_connection_error_after_connected(exc)
        _pause_if_refused(exc)


def _pause_if_refused(error: BaseException) -> None:
    """Celery pauses for a Redis that is away, but not for one that accepts connections and has no memory for writes."""
    if isinstance(error, ResponseError):
        time.sleep(REFUSED_PAUSE_S)


def _drop(message: Any, wrong: str) -> None:
    dropped.add(wrong)
    if not message.acknowledged:
        message.reject()
