"""The gate of a worker's queues: closed while its process cannot use the ledger; the reason is logged once.

A worker that cannot write to the ledger would take messages only to drop them, faster than healthy workers do their
work.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from sluice.engine.database.glance import Glance
from sluice.engine.ledger.readiness import LedgerBehind, check_ledger
from sluice.engine.ledger.workers import SHOW_S, register_worker, unregister_worker
from sluice.errors import ConfigError, SluiceError

log = logging.getLogger(__name__)
REOPEN_S = 1.0  # the first run of all is registered while its worker starts


class Gate:
    """Checks the ledger in a thread of its own; opens and closes the queues in Celery's event loop."""

    def __init__(self) -> None:
        self.closed: str | None = None  # the reason
        self._consumer: Any = None
        self._glance = Glance()

    def begin(self) -> None:
        """Check before the worker forks. Raises ConfigError for a problem that does not go away by waiting."""
        try:
            self._judge()
        except LedgerBehind as behind:
            self._close(str(behind))
        except ConfigError:
            raise
        except SluiceError as away:
            log.warning("the ledger cannot be checked yet: %s", away)  # nothing else may be wrong
        finally:
            self._glance.close()

    def guard(self, consumer: Any) -> None:
        """Register a consumer that is about to consume, and stop it while the gate is closed."""
        self._consumer = consumer
        if self.closed is not None:
            self._stop_consuming()

    def keep(self, stop: threading.Event) -> None:
        """Open and close the gate, and record this worker, until `stop` is set."""
        while True:
            self.look()
            if stop.wait(SHOW_S if self.closed is None else REOPEN_S):
                break
        self._leave()

    def look(self) -> None:
        """Check once whether this worker can work. A server that does not answer changes nothing."""
        try:
            self._judge()
            self._open()
            if self.is_connected():
                self.in_event_loop(self._consume)  # of queues that it does not listen to, whoever cancelled them
                with self._glance.cursor() as cursor:
                    register_worker(cursor, self._consumer.pool.num_processes)
        except ConfigError as error:
            self._close(str(error))
        except SluiceError as error:
            log.debug("the ledger cannot be checked: %s", error)
        except Exception:  # this thread must not end
            log.exception("checking the ledger failed; it is tried again")

    def _judge(self) -> None:
        with self._glance.cursor() as cursor:
            check_ledger(cursor)

    def _open(self) -> None:
        if self.closed is not None:
            self.closed = None
            log.warning("the ledger can be used: this worker takes messages again")
            self.in_event_loop(self._consume)

    def _close(self, why: str) -> None:
        if why == self.closed:
            return
        before, self.closed = self.closed, why
        if before is not None:
            log.info("another reason not to take messages: %s", why)
            return
        log.error("this worker takes no messages: %s", why)
        self.in_event_loop(self._stop_consuming)

    def in_event_loop(self, change: Any) -> None:
        """Call `change` in Celery's event loop, at its next turn."""
        if self._consumer is not None:
            self._consumer.call_soon(change)

    def _consume(self) -> None:
        tasks = self._consumer.task_consumer
        if tasks is None or self.closed is not None:
            return  # not connected: it consumes when it is
        for queue in self._consumer.app.amqp.queues.consume_from.values():
            if not tasks.consuming_from(queue.name):
                tasks.add_queue(queue)
        tasks.consume()

    def consumed(self) -> int:
        """How many queues this worker takes messages from. In the event loop only."""
        tasks = None if self._consumer is None else self._consumer.task_consumer
        return 0 if tasks is None else sum(tasks.consuming_from(queue.name) for queue in list(tasks.queues))

    def _stop_consuming(self) -> None:
        tasks = self._consumer.task_consumer
        for queue in [] if tasks is None else list(tasks.queues):
            tasks.cancel_by_queue(queue.name)

    def is_connected(self) -> bool:
        """Whether there is a connection to Redis, and so an event loop."""
        return self._consumer is not None and self._consumer.connection is not None

    def _leave(self) -> None:
        try:
            with self._glance.cursor() as cursor:
                unregister_worker(cursor)
        except SluiceError as error:
            log.debug("the end of this worker could not be recorded in the ledger: %s", error)
        self._glance.close()


gate = Gate()
