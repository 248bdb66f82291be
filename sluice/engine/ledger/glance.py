"""A connection for short looks at the ledger: a statement each, no transaction, and opened anew every half minute.

So a password that was changed is noticed although the connections of before go on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from sluice.engine.ledger.connection import connect, translate

LIFE_S = 30.0


class Glance:
    """For one thread."""

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._opened = 0.0

    @contextmanager
    def cursor(self) -> Iterator[Cursor]:
        """A cursor, each of whose statements commits itself. Raises DatabaseAway, ConfigError and as `translate`."""
        if self._connection is not None and time.monotonic() - self._opened > LIFE_S:
            self.close()
        if self._connection is None:
            self._connection = connect("look")
            self._connection.autocommit = True
            self._opened = time.monotonic()
        try:
            with self._connection.cursor() as cursor:
                yield cursor
        except psycopg2.Error as error:
            self.close()
            raise translate(error) from error

    def close(self) -> None:
        """Close the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg2.Error):
                connection.close()
