"""Redis: whether broker and cache answer and can be written to, and whether only frames can be evicted.

Everything is read with INFO and SCAN: a user for Sluice needs neither CONFIG nor KEYS.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.utils import str_if_bytes

from sluice.engine.base.servers import broker_url, cache_url
from sluice.engine.database.ledger import ledger_schema
from sluice.engine.doctor.finding import Finding, address, judge, ok, safely, warning, wrong
from sluice.engine.rows.frames.cache import prefix
from sluice.errors import TransientError

ROUNDS, SCANNED = 10, 200  # a sample: Redis may be full of keys
CROWDED = 0.9
# kombu's own keys that are meant to expire, and frames; also those of other environments in the same Redis
SHORT_LIVED = re.compile(r"unacked_mutex$|\.reply\.([a-z0-9_]+\.)?celery\.pidbox$")
FRAME = re.compile("[a-z0-9_]+:frame:")
POLICY = "set maxmemory-policy volatile-lru: then only frames are evicted, never messages"


def look_at_redis() -> Iterator[Finding]:
    """The broker, and the cache if that is another server. Raises TransientError when one does not answer."""
    broker, cache = (_client(url) for url in (broker_url(), cache_url()))
    about, about_cache = _info(broker, "broker"), _info(cache, "cache")
    one = about.get("run_id") == about_cache.get("run_id")
    yield ok("Redis" if one else "Redis broker", f"{_version(about)} at {address(broker_url())}")
    yield from safely("Redis memory", lambda: _memory("Redis", about, holds_messages=True))
    yield from safely("Redis as broker", lambda: _broker_rights(broker))
    if not one:
        yield ok("Redis cache", f"{_version(about_cache)} at {address(cache_url())}")
        yield from safely("Redis cache memory", lambda: _memory("Redis cache", about_cache, holds_messages=False))
    yield from safely("Redis as cache", lambda: _cache_rights(cache))
    same_db = one and _number(broker) == _number(cache)
    yield from safely("Redis lifetimes", lambda: _lifetimes(broker, cache, same_db=same_db))


def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=3, retry=Retry(NoBackoff(), 1))


def _info(client: redis.Redis, which: str) -> dict[str, Any]:
    try:
        about: dict[str, Any] = client.info()
    except (redis.RedisError, OSError) as error:
        raise TransientError(f"The {which} does not answer ({error}).") from error
    return about


def _number(client: redis.Redis) -> int:
    return int(client.connection_pool.connection_kwargs.get("db") or 0)


def _version(about: dict[str, Any]) -> str:
    """The version, without the word Redis, which is in the check's name."""
    return f"Valkey {about['valkey_version']}" if "valkey_version" in about else str(about["redis_version"])


def _memory(name: str, about: dict[str, Any], *, holds_messages: bool) -> Iterator[Finding]:
    limit, used = int(about.get("maxmemory") or 0), int(about["used_memory"])
    evicted, policy = int(about.get("evicted_keys") or 0), str(about.get("maxmemory_policy"))
    if limit:
        share = f"{used / 2**20:,.0f} of {limit / 2**20:,.0f} MiB"
        todo = "Give it more maxmemory, or make SLUICE_WINDOW or SLUICE_FRAME_TTL_S smaller."
        yield judge(f"{name} memory", used < CROWDED * limit, share, todo=todo)
    else:
        yield warning(
            f"{name} memory",
            f"{used / 2**20:,.0f} MiB, no maxmemory",
            "Set maxmemory (256mb and more), or it may take the memory of the whole host.",
        )
    if holds_messages:
        yield _policy(policy)
    if evicted:
        keys = f"{evicted:,} keys since it started"
        yield warning(
            f"{name} evictions", keys, "What was evicted is read again, which costs time: give it more maxmemory."
        )


def _policy(policy: str) -> Finding:
    if policy.startswith("volatile-"):
        return ok("Redis eviction", policy)
    if policy == "noeviction":
        return warning("Redis eviction", f"{policy}: when it is full it takes no more messages", f"{POLICY}.")
    return wrong("Redis eviction", f"{policy}: messages may be evicted", f"{POLICY}.")


def _broker_rights(client: redis.Redis) -> Iterator[Finding]:
    """Push and pop a message in one transaction, so that nothing of it can stay."""
    key = f"{ledger_schema()}.doctor.{secrets.token_hex(8)}"
    try:
        with client.pipeline(transaction=True) as both:
            both.lpush(key, "probe")
            both.rpop(key)
            both.execute()
    except redis.RedisError as error:
        yield wrong(
            "Redis as broker", f"takes no messages ({error})", "Its user needs all commands on lists, sets and hashes."
        )
    else:
        yield ok("Redis as broker", "takes messages")


def _cache_rights(client: redis.Redis) -> Iterator[Finding]:
    key = f"{prefix()}doctor:{secrets.token_hex(8)}"
    try:
        client.set(key, b"probe", ex=10)
        there = client.get(key) == b"probe"
        client.unlink(key)
    except redis.RedisError as error:
        yield wrong(
            "Redis as cache", f"takes no frames ({error})", f"Its user needs GET, SET and UNLINK on {prefix()}*."
        )
    else:
        yield judge(
            "Redis as cache", there, "takes frames" if there else "loses frames at once", todo="Give it more memory."
        )


def _lifetimes(broker: redis.Redis, cache: redis.Redis, *, same_db: bool) -> Iterator[Finding]:
    """Frames must have a TTL, and messages must not."""
    try:
        frames, checked = _sample(cache, f"{prefix()}*")
        others, more = _sample(broker, "*")
    except redis.exceptions.NoPermissionError:
        yield ok("Redis lifetimes", "not checked: the user may not SCAN")
        return
    eternal = [key for key, ttl in frames if ttl == -1]
    mortal = [
        key for key, ttl in others if ttl >= 0 and not SHORT_LIVED.search(key) and not (same_db and FRAME.match(key))
    ]
    yield judge(
        "Redis lifetimes",
        not eternal and not mortal,
        _lifetimes_in_words(eternal, mortal) or f"right, in a sample of {checked + more} keys",
        todo="Something else writes there: give Sluice database numbers of its own.",
        otherwise="wrong",
    )


def _lifetimes_in_words(eternal: list[str], mortal: list[str]) -> str:
    problems = []
    if eternal:
        problems.append(f"{len(eternal)} frames without TTL, e.g. {eternal[0]}")
    if mortal:
        problems.append(f"{len(mortal)} keys of the broker with TTL, e.g. {mortal[0]}")
    return "; ".join(problems)


def _sample(client: redis.Redis, pattern: str) -> tuple[list[tuple[str, int]], int]:
    """Some keys with their TTL in seconds (-1: none; expired keys are left out), and how many."""
    keys: list[bytes | str] = []
    place = 0
    for _ in range(ROUNDS):
        place, some = client.scan(place, match=pattern, count=SCANNED)
        keys += some
        if place == 0:
            break
    with client.pipeline(transaction=False) as pipeline:
        for key in keys:
            pipeline.ttl(key)
        lifetimes = pipeline.execute()
    sample = [(str_if_bytes(key), ttl) for key, ttl in zip(keys, lifetimes, strict=True) if ttl != -2]
    return sample, len(sample)
