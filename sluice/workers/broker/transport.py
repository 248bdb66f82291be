"""Kombu's reads from Redis, with checks before it makes messages: others may have written there."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from kombu.exceptions import KombuError
from kombu.transport import redis
from redis import exceptions
from redis.exceptions import DataError

from sluice.workers.broker.dropped import dropped
from sluice.workers.broker.remote_control import problem_of_command

# errors of code that got unexpected data; Celery handles the errors of a lost connection
UNEXPECTED = (
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError),
    *(KombuError, DataError),
)
_Message: Any = redis.Channel.Message


class _Packed(ValueError):
    """A message whose body would have to be unpacked."""


class CarefulMessage(_Message):
    """Kombu's message. Kombu decompresses the body first: half a megabyte may become a gigabyte."""

    def __init__(self, payload: Any, channel: Any = None, **options: Any) -> None:
        if payload["headers"].get("compression"):
            raise _Packed
        super().__init__(payload, channel=channel, **options)


class CarefulQoS(redis.QoS):
    """Kombu's list of unacknowledged messages, and their redelivery; an entry that is not a message is removed."""

    def append(self, message: Any, delivery_tag: Any) -> None:
        """Note a message that is delivered. Where the index cannot take it, kombu would keep the message for ever."""
        try:
            super().append(message, delivery_tag)  # type: ignore[no-untyped-call]
        except exceptions.ResponseError:
            with self.channel.conn_or_acquire() as client, suppress(exceptions.RedisError):
                client.hdel(self.unacked_key, delivery_tag)
            raise

    def restore_by_tag(self, tag: Any, client: Any = None, leftmost: bool = False) -> None:
        try:
            super().restore_by_tag(tag, client, leftmost)  # type: ignore[no-untyped-call]
        except UNEXPECTED as error:
            dropped.add(f"it is not a message that was being worked on ({type(error).__name__})")
            with self.channel.conn_or_acquire(client) as redis_client:
                redis_client.hdel(self.unacked_key, tag)
                redis_client.zrem(self.unacked_index_key, tag)


class CarefulChannel(redis.Channel):
    """Kombu's channel; an entry that is not a message is dropped: the read has removed it from its queue."""

    Message = CarefulMessage
    QoS = CarefulQoS
    _shared: Any = None  # the client of the pool of connections in use

    def _create_client(self, asynchronous: bool = False) -> Any:
        """Kombu makes a client for each command, 70 us each. One for each pool is enough: they have no other state."""
        if asynchronous:
            return super()._create_client(asynchronous=True)  # type: ignore[no-untyped-call]
        if self.connection is None:  # a lost connection closed this channel: kombu opens another after this error
            raise exceptions.ConnectionError("The channel is closed.")
        if self._shared is None or self._shared.connection_pool is not self.pool:
            self._shared = super()._create_client()  # type: ignore[no-untyped-call]
        return self._shared

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[no-untyped-call]  # kombu has no types
        except _Packed:
            dropped.add("its body is compressed")
        except UNEXPECTED as error:
            dropped.add(f"it is not a message ({type(error).__name__})")
        return None

    def _receive_one(self, c: Any) -> Any:
        try:
            return super()._receive_one(c)  # type: ignore[no-untyped-call]
        except UNEXPECTED as error:
            dropped.add(f"it is not a message of remote control ({type(error).__name__})")
            return None

    def _deliver_fanout_message(self, message: Any, exchange: str) -> Any:
        """Deliver a remote-control message if it is valid."""
        wrong = problem_of_command(message)
        if wrong is not None:
            dropped.add(wrong)
            return None
        return super()._deliver_fanout_message(message, exchange)  # type: ignore[no-untyped-call]


@contextmanager
def careful_mutex(client: Any, name: str, expire: int) -> Iterator[None]:
    """Kombu's lock for redelivery, without Lua scripts, which our users of Redis may not run."""
    mine = secrets.token_hex(16)
    if not client.set(name, mine, nx=True, ex=expire):
        raise redis.MutexHeld
    try:
        yield
    finally:

        def release(pipe: Any) -> None:
            held = pipe.get(name)
            pipe.multi()
            if held == mine.encode():
                pipe.delete(name)

        client.transaction(release, name)


def use_careful_transport() -> None:
    """Make kombu use these classes: no setting does it, and Celery opens channels in several places."""
    redis.Transport.Channel = CarefulChannel
    redis.Mutex = careful_mutex
