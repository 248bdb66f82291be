"""A connection for short queries of the ledger, one transaction each, reopened every half minute.

So a changed password is noticed, although connections that are open stay valid.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg2
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import Opened, connect, translate

MAX_AGE_S = 30.0


class Glance:
    """Short queries of one thread."""

    def __init__(self) -> None:
        self._open: Opened | None = None
        self._opened = 0.0

    @contextmanager
    def cursor(self) -> Iterator[Cursor]:
        """A cursor in a transaction. Raises DatabaseAway, ConfigError and as `translate`."""
        if self._open is not None and time.monotonic() - self._opened > MAX_AGE_S:
            self.close()
        if self._open is None:
            self._open = connect("look")
            self._opened = time.monotonic()
        try:
            with self._open.transaction(self._open.begin()) as cursor:
                yield cursor
        except psycopg2.Error as error:
            self.close()
            raise translate(error) from error

    def close(self) -> None:
        """Close the connection, if it is open."""
        opened, self._open = self._open, None
        if opened is not None:
            with suppress(psycopg2.Error):
                opened.connection.close()
