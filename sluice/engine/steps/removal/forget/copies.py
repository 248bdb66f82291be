"""Copies of rows outside PostgreSQL: in the landing, and frames in Redis. Both are made again where they are needed."""

from __future__ import annotations

from datetime import UTC, datetime

import redis
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.database.locks import Lock, lock
from sluice.engine.database.statements import statements
from sluice.engine.ledger.cleanup.landing_copies import COPY_NAME, SETTLED_FOR
from sluice.engine.rows.frames import frames
from sluice.engine.storage import exists, listed, remove

query = statements(__name__)


def copies_of(cursor: Cursor) -> list[str]:
    """The copies in the landing of the inputs that the cursor's transaction is about."""
    cursor.execute(query("landed"))
    return sorted(uri for (uri,) in cursor.fetchall() if exists(uri))


def remove_copies(uris: list[str]) -> int:
    """Delete copies. A run of another pipeline that reads one plans its input again. Returns how many.

    Raises NotHere or TransientError where the landing cannot be reached.
    """
    for uri in uris:
        match = COPY_NAME.fullmatch(uri.rpartition("/")[2])
        with transaction() as cursor:
            lock(cursor, Lock.CONTENT, (match and match["sha256"]) or uri)
            remove(uri)
    return len(uris)


def remove_copies_of(run: int) -> None:
    """Delete the copies of a run's inputs with rows of forgotten values: all is loaded, nothing reads them."""
    with transaction() as cursor:
        cursor.execute(query("landed_by_run"), {"run": run})
        found = [uri for (uri,) in cursor.fetchall()]
    remove_copies([uri for uri in found if exists(uri)])


def remove_unknown(folder: str) -> tuple[int, int]:
    """Delete what killed plans have left in the landing, which no input has. Returns how many went, and how many stay:
    they are younger than an hour, and a plan may be writing them."""
    gone = young = 0
    for uri, changed in listed(folder):
        name = uri.rpartition("/")[2]
        match = COPY_NAME.fullmatch(name)
        if match is None or name.startswith(".sluice-probe-"):
            continue
        with transaction() as cursor:
            lock(cursor, Lock.CONTENT, match["sha256"] or uri)
            cursor.execute(query("copies_known"), {"name": name})
            if cursor.fetchone() == (True,):
                continue
            if datetime.now(UTC) - changed < SETTLED_FOR:
                young += 1
                continue
            remove(uri)
            gone += 1
    return gone, young


def drop_frames() -> int | None:
    """Delete every frame in Redis. Returns how many values; None where Redis does not answer: they expire."""
    try:
        return frames().drop_all()
    except redis.RedisError:
        return None
