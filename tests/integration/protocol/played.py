"""What every history needs once: settings, tables, the wire, and an identity for each simulated process."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import psycopg2
import pytest
import redis

from sluice.engine.base.servers import cache_url, database_url
from sluice.engine.database import connection as database
from sluice.engine.ledger import steps
from tests.integration.protocol.wire import Wire
from tests.integration.protocol.world import World
from tests.kit.dictionary import Kept, Updated
from tests.kit.in_process import InProcess


@contextmanager
def playing(
    engine: InProcess, folder: Path, patch: pytest.MonkeyPatch, table: type[Updated | Kept]
) -> Iterator[Callable[[], World]]:
    """A function that gives a new world each time: the same database and Redis, emptied."""
    wire, numbers = Wire(), itertools.count(1)
    wire.install(patch)
    World.prepare(engine, patch, "update" if table is Updated else "keep")
    # a simulated worker that waits would hold all others up: PostgreSQL is back at once
    patch.setattr(database, "time", SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: None))
    worlds: list[World] = []
    patch.setattr(steps, "holder", lambda: worlds[-1].holder)
    cache = redis.Redis.from_url(cache_url())
    observing = psycopg2.connect(database_url())
    observing.autocommit = True

    def make() -> World:
        worlds[:] = [World(engine, folder / f"history_{next(numbers)}", cache, wire, observing.cursor())]
        return worlds[-1]

    try:
        yield make
    finally:
        observing.close()
        cache.close()
