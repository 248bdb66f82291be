"""The cache of frames between two tasks: in the process that made them, and in Redis for all others.

The next task of a part is nearly always taken by the process that made its frame. So a frame that is quickly made again
is not written to Redis: it is not `shared`.

A frame is a small head and values of at most 1 MiB (large single values cost redis-py four times as much). Its key is
computed from its inputs, never from a name. Redis may lose or damage any of it at any time, and others may write to it:
a frame that is incomplete, or not sealed by this installation, counts as missing, and the step before it is repeated.
"""

from __future__ import annotations

import json
import logging
import os
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Protocol, Self, TypeVar, cast

import pyarrow as pa
import redis

from sluice.engine.base.servers import cache_url
from sluice.engine.base.settings import settings
from sluice.engine.database.ledger import ledger_schema
from sluice.engine.rows.frames.seal import Seal, forget_key

R = TypeVar("R", bound="Cacheable")
log = logging.getLogger(__name__)
MOST_HEAD = 1 << 20  # bytes of a head: some 10,000 values
KEPT = 1  # a worker goes depth first: the last frame that it made is the next one that it reads


class Cacheable(Protocol):
    """An object that can be converted to a Frame and back."""

    def freeze(self) -> Frame: ...

    @classmethod
    def thaw(cls, frame: Frame) -> Self: ...


@dataclass(frozen=True)
class Frame:
    """Named lists of byte strings of at most 1 MiB, and a small JSON-serialisable `meta`."""

    meta: dict[str, Any]
    blobs: dict[str, list[bytes]] = field(default_factory=dict)


class Frames:
    """The cache of one process. Losing it, or Redis, costs time and never a row."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Any] = OrderedDict()
        self._client: redis.Redis | None = None

    def put(self, key: str, made: Cacheable, *, shared: bool = True) -> None:
        """Store a frame: in this process for the next task, and, if it is `shared`, in Redis for every other."""
        self._kept[key] = made
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        if not shared:
            return
        try:
            self._write(key, made.freeze())
        except redis.RedisError as error:
            log.warning("the cache did not take a frame (%s): it may be made again", type(error).__name__)

    def get(self, key: str, kind: type[R], *, shared: bool = True) -> R | None:
        """The frame, from this process or, if it is `shared`, from Redis; None if it is missing or damaged."""
        kept = self._kept.pop(key, None)
        if isinstance(kept, kind):
            return kept
        if not shared:
            return None
        try:
            frame = self._read(key)
            return None if frame is None else kind.thaw(frame)
        except (redis.RedisError, ValueError, TypeError, KeyError, pa.ArrowException) as error:
            log.warning("the cache gave no frame (%s): it is made again", type(error).__name__)
            return None

    def drop(self, key: str) -> None:
        """Delete a frame that is no longer needed."""
        self._kept.pop(key, None)
        try:
            head = self._head(key)
            count = len(head["chunks"]) if head is not None else 0
            self._redis().unlink(_place(key), *(_place(key, number) for number in range(count)))
        except (redis.RedisError, ValueError, TypeError, KeyError):
            pass  # its TTL removes it

    def drop_all(self) -> int:
        """Delete every frame, of all processes. Returns how many values went. Raises RedisError."""
        self._kept.clear()
        client, gone = self._redis(), 0
        some: list[bytes] = []
        for name in client.scan_iter(match=f"{prefix()}*", count=1_000):
            some.append(name)
            if len(some) == 1_000:
                gone, some = gone + client.unlink(*some), []
        return gone + (client.unlink(*some) if some else 0)

    def _write(self, key: str, frame: Frame) -> None:
        ttl, seal, client = settings().frame_ttl_s, Seal(), self._redis()
        chunks = [(name, chunk) for name, several in frame.blobs.items() for chunk in several]
        for number, (_, chunk) in enumerate(chunks):
            client.set(_place(key, number), chunk, ex=ttl)
        sealed = [(name, len(chunk), seal.of(chunk).hex()) for name, chunk in chunks]
        head = json.dumps({"key": key, "meta": frame.meta, "chunks": sealed}).encode()
        client.set(_place(key), seal.of(head) + head, ex=ttl)

    def _read(self, key: str) -> Frame | None:
        head = self._head(key)
        if head is None:
            return None
        frame, seal = Frame(head["meta"]), Seal()
        for number, (name, length, sealed) in enumerate(head["chunks"]):
            chunk = self._begin(_place(key, number), length + 1)  # one byte more than there may be
            if len(chunk) != length or not seal.holds(bytes.fromhex(sealed), chunk):
                return None
            frame.blobs.setdefault(name, []).append(chunk)
        return frame

    def _head(self, key: str) -> dict[str, Any] | None:
        """The head of a frame, parsed only if this installation wrote it, and for this key."""
        raw = self._begin(_place(key), MOST_HEAD + 1)
        sealed, text = raw[: Seal.SIZE], raw[Seal.SIZE :]
        if not text or len(raw) > MOST_HEAD or not Seal().holds(sealed, text):
            if raw:
                log.warning("a frame in Redis was not written by this installation, or is damaged: it is made again")
            return None
        head: dict[str, Any] = json.loads(text)
        return head if head["key"] == key else None

    def _begin(self, place: str, size: int) -> bytes:
        """At most the first `size` bytes of a value: a forged one may have half a gigabyte."""
        return cast("bytes", self._redis().getrange(place, 0, size - 1))

    def _redis(self) -> redis.Redis:
        if self._client is None:
            self._client = redis.Redis.from_url(
                cache_url(), socket_timeout=10, socket_connect_timeout=5, socket_keepalive=True
            )
        return self._client


def _place(key: str, chunk: int | None = None) -> str:
    return f"{prefix()}{key}" if chunk is None else f"{prefix()}{key}:{chunk}"


def prefix() -> str:
    """What the keys of frames begin with: those of another environment are others."""
    return f"{ledger_schema()}:frame:"


_caches: dict[int, Frames] = {}


def frames() -> Frames:
    """This process's cache; a forked child gets its own."""
    if os.getpid() not in _caches:
        _caches.clear()
        _caches[os.getpid()] = Frames()
    return _caches[os.getpid()]


def forget_frames() -> None:
    """Drop this process's frames and connection, for other settings."""
    _caches.clear()
    forget_key()
