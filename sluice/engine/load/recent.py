"""Keys that the loads of one run and table have written lately or are writing now, as hashes in Redis.

A load that writes a key which another one has not committed yet waits for that commit, with all its rows. So a load
says which keys it has, and sets aside rows whose keys others have said before it: settling decides between these rows
as it does between all of one key. That begins when a load has met a taken key, and ends when none has loaded the table
for a while: as long as all keys are new, it costs nothing.

Only loads of one run: it settles when all of them have ended, so that the other row of a key is there then, or will
never be. What is in Redis is a hint. Without it a load waits; a row that is set aside for nothing is loaded when the
run settles.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
import redis

from sluice.engine.base.failpoint import failpoint
from sluice.engine.base.servers import cache_url, database_url
from sluice.engine.database.session import home_schema
from sluice.engine.load.keys import Hashes, KeyedRows
from sluice.engine.load.target import Target
from sluice.engine.rows.frames.cache import prefix
from sluice.engine.rows.frames.seal import Seal

log = logging.getLogger(__name__)
KEPT_S = 300
MOST_PARTS = 16  # the newest; also a limit of memory: 8 bytes a row
MOST_ROWS = 1 << 19  # of a part; a larger one does not take part
MOST_ASIDE = 4  # of so many rows at most one is set aside: old hints must not send a whole part to settling
_ANSWER_S = 2  # for Redis: a part's load may be waiting

_clients: dict[tuple[int, str], redis.Redis] = {}


class RecentKeys:
    """The keys of one part, and what others have said of theirs. `rows` can be loaded, `known` are set aside.

    Raises TransientError while PostgreSQL does not answer: the key of the seal is there.
    """

    def __init__(self, target: Target, run: int, part: int, chunks: Sequence[bytes]) -> None:
        self._place, self._part, self._chunks = place_of(target, run), part, chunks
        names = target.copied
        self._fields, self._key = len(names), [names.index(name) for name in target.key]
        self._said = False
        self._seal = Seal()
        self.rows: Sequence[bytes] = chunks
        self.known: list[bytes] = []
        if chunks and target.keyed and self._any_said():
            self._set_aside()

    def say(self) -> None:
        """Tell other loads which keys the part has, from now on: it has met one that was taken."""
        if not self._said:
            self._tell(self._keyed())

    def _set_aside(self) -> None:
        keyed = self._keyed()
        others = self._tell(keyed)
        if not others:
            return
        shared = shared_hashes([*(each.hashes for each in keyed if each), *others])
        marks = [None if each is None else np.isin(each.hashes, shared) for each in keyed]
        found = sum(int(mark.sum()) for mark in marks if mark is not None)
        if 0 < found <= sum(len(mark) for mark in marks if mark is not None) // MOST_ASIDE:
            self.rows, self.known = _parted(self._chunks, keyed, marks)

    def _keyed(self) -> list[KeyedRows | None]:
        return [KeyedRows.of(chunk, self._fields, self._key) for chunk in self._chunks]

    def _any_said(self) -> bool:
        try:
            return bool(_client().zrange(self._place, 0, 0))
        except redis.RedisError as error:
            _without(error)
            return False

    def _tell(self, keyed: Sequence[KeyedRows | None]) -> list[Hashes]:
        """Write the part's hashes. Returns those of the parts that were there before it, in one transaction."""
        self._said = True
        mine = np.concatenate([each.hashes for each in keyed if each] or [np.empty(0, np.uint64)])
        if not 0 < len(mine) <= MOST_ROWS:
            return []
        value = mine.tobytes()
        try:
            others = self._write(self._seal.of(value) + value)
            failpoint("load.told")
            return self._read(others)
        except redis.RedisError as error:
            _without(error)
            return []

    def _write(self, value: bytes) -> list[str]:
        """Write it, and delete the values of the oldest parts. Returns where those of the others are."""
        own, pipe = f"{self._place}:{self._part}", _client().pipeline(transaction=True)
        pipe.set(own, value, ex=KEPT_S)
        pipe.zrange(self._place, -2 * MOST_PARTS, -1)
        pipe.zadd(self._place, {str(self._part): self._part})
        pipe.expire(self._place, KEPT_S)
        there = [place for place in _places(self._place, pipe.execute()[1]) if place != own]
        old, others = there[: 1 - MOST_PARTS], there[1 - MOST_PARTS :]
        if old:
            _client().zrem(self._place, *(place.rpartition(":")[2] for place in old))
            _client().unlink(*old)
        return others

    def _read(self, places: Sequence[str]) -> list[Hashes]:
        pipe: Any = _client().pipeline(transaction=False)
        for place in places:
            pipe.getrange(place, 0, Seal.SIZE + 8 * MOST_ROWS - 1)
        values = [(value[: Seal.SIZE], value[Seal.SIZE :]) for value in pipe.execute()]
        return [np.frombuffer(value, np.uint64) for seal, value in values if value and self._seal.holds(seal, value)]


def forget(target: Target, run: int) -> None:
    """Delete what the loads of a run have said of a table."""
    place = place_of(target, run)
    try:
        _client().unlink(place, *_places(place, _client().zrange(place, 0, -1)))
    except redis.RedisError:
        pass  # its time to live removes it


def place_of(target: Target, run: int) -> str:
    """Where in Redis the parts of a run are named: by database and schema too, for servers that several use."""
    return f"{prefix()}keys:{urlsplit(database_url()).path[1:]}:{home_schema()}:{target.name}:{run}"


def _places(place: str, parts: Any) -> list[str]:
    """Where the values of these parts are: their numbers as Redis gave them, to which others may have written."""
    return [f"{place}:{part.decode()}" for part in parts if part.isdigit()]


def shared_hashes(several: Sequence[Hashes]) -> Hashes:
    """The hashes that are there more than once."""
    every = np.sort(np.concatenate(several))
    return np.unique(every[1:][every[1:] == every[:-1]])


def _parted(
    chunks: Sequence[bytes], keyed: Sequence[KeyedRows | None], marks: Sequence[npt.NDArray[np.bool_] | None]
) -> tuple[list[bytes], list[bytes]]:
    rows, known = [], []
    for chunk, each, mark in zip(chunks, keyed, marks, strict=True):
        if each is None or mark is None or not mark.any():
            rows.append(chunk)
            continue
        left, aside = each.parted(mark)
        rows.append(left)
        known.append(aside)
    return rows, known


def _client() -> redis.Redis:
    at = (os.getpid(), cache_url())
    if at not in _clients:
        _clients.clear()
        _clients[at] = redis.Redis.from_url(at[1], socket_timeout=_ANSWER_S, socket_connect_timeout=_ANSWER_S)
    return _clients[at]


def _without(error: redis.RedisError) -> None:
    log.warning("the cache does not tell which keys other loads have (%s): they may wait", type(error).__name__)
