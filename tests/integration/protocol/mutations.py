"""The protocol without one of its rules. Each function breaks the code of this process, until `patch` is undone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import redis
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database import statements
from sluice.engine.database.connection import connect, transaction
from sluice.engine.ledger import steps
from sluice.engine.ledger.steps import Claim
from sluice.engine.rows.frames import Frames
from sluice.engine.steps.part import load
from sluice.errors import LostClaim

FENCE = re.compile(r"\s+and (\w\.)?fence = (%\(fence\)s|c\.fence)")
FENCED = {"claim_next", "extend", "finish_step", "kill_step", "lock_part", "park_step", "pass_on", "release"}


def without_the_fence(patch: pytest.MonkeyPatch) -> None:
    """A claim is valid for ever: no statement asks whether another process has claimed the step since."""
    texts = statements._texts
    changed: set[str] = set()

    def mutated(package: str, schema: str) -> dict[str, str]:
        found = texts(package, schema)
        changed.update(name for name, text in found.items() if FENCE.search(text))
        return {name: FENCE.sub("", text) for name, text in found.items()}

    patch.setattr(statements, "_texts", mutated)
    steps.query("claim")
    load.query("lock_part")
    assert changed == FENCED


def with_the_claim_inside_the_load(patch: pytest.MonkeyPatch) -> None:
    """A load is claimed in the transaction that loads: what ends the load takes the claim back too."""
    claim, begun = steps.claim, Begun()

    def claim_in_the_load(kind: str, message: dict[str, int]) -> Claim:
        if kind != "load":
            return claim(kind, message)
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(steps, "transaction", begun.begin)
            try:
                return claim(kind, message)
            except LostClaim:
                begun.forget()
                raise

    patch.setattr(steps, "claim", claim_in_the_load)
    patch.setattr(load, "transaction", begun.end)


class Begun:
    """A transaction that outlives the function which begins it, on a connection of its own."""

    def __init__(self) -> None:
        self._open: Any = None

    @contextmanager
    def begin(self) -> Iterator[Cursor]:
        opened = connect()
        cursor = opened.begin()
        self._open = (opened, cursor)
        yield cursor

    def forget(self) -> None:
        (opened, _), self._open = self._open, None
        opened.connection.close()

    @contextmanager
    def end(self) -> Iterator[Cursor]:
        if self._open is None:  # a load asks whether its COMMIT arrived
            with transaction() as cursor:
                yield cursor
            return
        (opened, cursor), self._open = self._open, None
        try:
            with opened.transaction(cursor):
                yield cursor
        finally:
            opened.connection.close()


def without_a_time_to_live(patch: pytest.MonkeyPatch) -> None:
    """Frames stay in Redis until somebody deletes them."""
    client = Frames._redis

    class ForEver:
        def __init__(self, real: redis.Redis) -> None:
            self._real = real

        def set(self, name: str, value: bytes, **_: int) -> None:
            self._real.set(name, value)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._real, name)

    patch.setattr(Frames, "_redis", lambda self: ForEver(client(self)))
