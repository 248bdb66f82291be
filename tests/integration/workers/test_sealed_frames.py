"""Frames in Redis: whoever can write to it forges nothing, and what is damaged is made again."""

from __future__ import annotations

import json
import logging

import pytest
import redis

from sluice.engine.base.servers import cache_url
from sluice.engine.database.connection import transaction
from sluice.engine.ledger.readiness import LedgerBehind, check_ledger
from sluice.engine.rows import rejects
from sluice.engine.rows.frames import Frames, ReadyFrame
from sluice.engine.rows.frames.cache import forget_frames
from sluice.engine.tables.migrate import migrate
from tests.kit.in_process import InProcess

HEAD = "sluice:frame:k"
READY = ReadyFrame([b"row one", b"row two"], [], 2, rejects.none())


@pytest.fixture
def cache(engine: InProcess) -> redis.Redis:
    Frames().put("k", READY)
    return redis.Redis.from_url(cache_url())


def read_elsewhere(key: str = "k") -> ReadyFrame | None:
    """What another process reads: it has kept no frame, and no key."""
    forget_frames()
    return Frames().get(key, ReadyFrame)


def head_of(cache: redis.Redis) -> dict[str, object]:
    head: dict[str, object] = json.loads(cache.get(HEAD)[28:])
    return head


def test_a_frame_comes_back_as_it_was_put(cache: redis.Redis) -> None:
    assert read_elsewhere() == READY


def test_a_frame_that_is_not_shared_is_in_its_process_only(cache: redis.Redis) -> None:
    made = Frames()
    made.put("own", READY, shared=False)
    assert list(cache.scan_iter("sluice:frame:own*")) == []
    assert made.get("own", ReadyFrame, shared=False) == READY
    assert made.get("own", ReadyFrame, shared=False) is None
    assert Frames().get("k", ReadyFrame, shared=False) is None


@pytest.mark.parametrize("forged", [b"row 1ne", b"row on", b"row one and more", b"", None])
def test_a_value_with_other_rows_is_ignored(cache: redis.Redis, forged: bytes | None) -> None:
    cache.delete(f"{HEAD}:0") if forged is None else cache.set(f"{HEAD}:0", forged)
    assert read_elsewhere() is None


def test_values_of_a_frame_cannot_change_places(cache: redis.Redis) -> None:
    first, second = cache.get(f"{HEAD}:0"), cache.get(f"{HEAD}:1")
    cache.mset({f"{HEAD}:0": second, f"{HEAD}:1": first})
    assert read_elsewhere() is None


def test_a_head_that_counts_other_rows_is_ignored_and_named(
    cache: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    head = head_of(cache) | {"meta": {"row_count": 3, "superseded": 0}}
    cache.set(HEAD, cache.get(HEAD)[:28] + json.dumps(head).encode())
    with caplog.at_level(logging.WARNING):
        assert read_elsewhere() is None
    assert caplog.messages == ["a frame in Redis was not written by this installation, or is damaged: it is made again"]


@pytest.mark.parametrize("seal", [b"", b"\0" * 28, b"\0" * 12])
def test_a_head_without_our_seal_is_ignored(cache: redis.Redis, seal: bytes) -> None:
    cache.set(HEAD, seal + json.dumps(head_of(cache)).encode())
    assert read_elsewhere() is None


def test_a_frame_of_one_part_is_not_taken_for_that_of_another(cache: redis.Redis) -> None:
    for place in ("", ":0", ":1", ":2"):
        cache.rename(f"{HEAD}{place}", f"sluice:frame:other{place}")
    assert read_elsewhere("other") is None


def test_a_frame_of_another_installation_is_ignored(cache: redis.Redis, engine: InProcess) -> None:
    engine.sql("update sluice.frame_key set key = %s", b"x" * 32)
    assert read_elsewhere() is None


@pytest.mark.parametrize("junk", [b"junk", b"\0" * (2 << 20), json.dumps({"meta": {}, "chunks": []}).encode()])
def test_what_is_not_a_frame_is_ignored(cache: redis.Redis, junk: bytes) -> None:
    cache.set(HEAD, junk)
    assert read_elsewhere() is None
    Frames().drop("k")
    assert not cache.exists(HEAD)


def test_a_missing_key_closes_the_gate_and_migrate_makes_a_new_one(engine: InProcess) -> None:
    engine.sql("delete from sluice.frame_key")
    with (
        transaction() as cursor,
        pytest.raises(LedgerBehind, match=r"The key of frames .* is missing: `sluice migrate`"),
    ):
        check_ledger(cursor)
    assert migrate([]) == ["Made a new key for frames: those that were in Redis are read again from their sources."]
    assert migrate([]) == []
    with transaction() as cursor:
        check_ledger(cursor)
