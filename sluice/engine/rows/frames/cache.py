"""The cache of frames between two tasks: in the process that made them, and in Redis for all others.

A frame is a small head and values of at most 1 MiB (large single values cost redis-py four times as much). Its key is
computed from its inputs, never from a name. Redis may lose or damage any of it at any time: an incomplete frame counts
as missing, and the step before it is repeated.
"""

from __future__ import annotations

import json
import logging
import os
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Protocol, Self, TypeVar

import numpy as np
import pyarrow as pa
import redis

from sluice.engine.base.servers import cache_url
from sluice.engine.base.settings import settings

R = TypeVar("R", bound="Cacheable")
log = logging.getLogger(__name__)
PREFIX = "sluice:frame:"
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


def _mark(chunk: bytes) -> int:
    """A fast checksum (sum of 64-bit words and length): detects damage, not forgery."""
    whole = len(chunk) & ~7
    words = np.frombuffer(chunk, np.uint64, count=whole // 8)
    rest = int.from_bytes(chunk[whole:], "little")
    return (int(words.sum(dtype=np.uint64)) + rest + len(chunk)) & (2**64 - 1)


class Frames:
    """The cache of one process. Losing it, or Redis, costs time and never a row."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Any] = OrderedDict()
        self._client: redis.Redis | None = None

    def put(self, key: str, made: Cacheable) -> None:
        """Store a frame: in this process for the next task, and in Redis for every other."""
        self._kept[key] = made
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        try:
            self._write(key, made.freeze())
        except redis.RedisError as error:
            log.warning("the cache did not take a frame (%s): it may be made again", type(error).__name__)

    def get(self, key: str, kind: type[R]) -> R | None:
        """The frame, from this process or from Redis; None if it is missing, incomplete or damaged."""
        kept = self._kept.pop(key, None)
        if isinstance(kept, kind):
            return kept
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
            client = self._redis()
            raw = client.get(f"{PREFIX}{key}")
            count = len(json.loads(raw)["chunks"]) if raw else 0
            client.unlink(f"{PREFIX}{key}", *(f"{PREFIX}{key}:{n}" for n in range(count)))
        except (redis.RedisError, ValueError, TypeError, KeyError):
            pass  # its TTL removes it

    def _write(self, key: str, frame: Frame) -> None:
        ttl = settings().frame_ttl_s
        chunks = [(name, chunk) for name, several in frame.blobs.items() for chunk in several]
        client = self._redis()
        for number, (_, chunk) in enumerate(chunks):
            client.set(f"{PREFIX}{key}:{number}", chunk, ex=ttl)
        head = {"meta": frame.meta, "chunks": [(name, len(c), _mark(c)) for name, c in chunks]}
        client.set(f"{PREFIX}{key}", json.dumps(head), ex=ttl)

    def _read(self, key: str) -> Frame | None:
        client = self._redis()
        raw = client.get(f"{PREFIX}{key}")
        if raw is None:
            return None
        head = json.loads(raw)
        frame = Frame(head["meta"])
        for number, (name, length, mark) in enumerate(head["chunks"]):
            chunk = client.get(f"{PREFIX}{key}:{number}")
            if not isinstance(chunk, bytes) or len(chunk) != length or _mark(chunk) != mark:
                return None
            frame.blobs.setdefault(name, []).append(chunk)
        return frame

    def _redis(self) -> redis.Redis:
        if self._client is None:
            self._client = redis.Redis.from_url(
                cache_url(), socket_timeout=10, socket_connect_timeout=5, socket_keepalive=True
            )
        return self._client


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
