"""Celery's consumer, with two cares of our own: it takes no messages while the worker cannot work with the ledger,
and no message that somebody else wrote ends the main process, to be given to the next worker, which it ends as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery.worker.consumer import Consumer
from kombu.exceptions import KombuError
from kombu.transport import redis
from redis.exceptions import DataError

from sluice.workers.dropped import dropped
from sluice.workers.gate import gate
from sluice.workers.messages import complaint
from sluice.workers.remote_control import complaint_of_command

# what code raises that met other data than it expected; what a lost connection raises is for Celery to answer
_SURPRISES = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    KombuError,
    DataError,
)


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
            except _SURPRISES as error:
                _drop(message, f"Celery cannot read it ({type(error).__name__})")

        return take


def _drop(message: Any, wrong: str) -> None:
    dropped.add(wrong)
    if not message.acknowledged:
        message.reject()


_Message: Any = redis.Channel.Message


class _Packed(ValueError):
    """A message whose body would have to be unpacked."""


class CarefulMessage(_Message):
    """Kombu's message, which would unpack its body before anybody could look at it: half a megabyte to a gigabyte."""

    def __init__(self, payload: Any, channel: Any = None, **options: Any) -> None:
        if payload["headers"].get("compression"):
            raise _Packed
        super().__init__(payload, channel=channel, **options)


class CarefulQoS(redis.QoS):
    """Kombu's giving back of messages that nobody has acknowledged in time, where one may be no message."""

    def restore_by_tag(self, tag: Any, client: Any = None, leftmost: bool = False) -> None:
        try:
            super().restore_by_tag(tag, client, leftmost)  # type: ignore[no-untyped-call]
        except _SURPRISES as error:
            dropped.add(f"it is not a message that was being worked on ({type(error).__name__})")
            with self.channel.conn_or_acquire(client) as redis_client:
                redis_client.hdel(self.unacked_key, tag)
                redis_client.zrem(self.unacked_index_key, tag)


class CarefulChannel(redis.Channel):
    """Kombu's reading of Redis, for what is not a message at all: it is gone from its queue by then."""

    Message = CarefulMessage
    QoS = CarefulQoS

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[no-untyped-call]  # kombu has no types
        except _Packed:
            dropped.add("its body is compressed")
        except _SURPRISES as error:
            dropped.add(f"it is not a message ({type(error).__name__})")
        return None

    def _deliver_fanout_message(self, message: Any, exchange: str) -> Any:
        """Remote control, which everybody who can publish may try."""
        wrong = complaint_of_command(message)
        if wrong is not None:
            dropped.add(wrong)
            return None
        return super()._deliver_fanout_message(message, exchange)  # type: ignore[no-untyped-call]


# Channels are made by the transport, wherever Celery opens one: there is no setting for their class.
redis.Transport.Channel = CarefulChannel
