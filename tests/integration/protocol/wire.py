"""The connection to PostgreSQL of simulated workers, which may break or lose its worker at an exact COMMIT."""

from __future__ import annotations

from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database import connection as database

FAULTS = ("cut before", "cut after", "dies before", "dies after")


class Died(BaseException):
    """The process ends here: no handler of an error runs, so it is not an Exception."""


class Wire:
    """Breaks the connection of this process at the n-th COMMIT from now: before it is sent, or after it took effect.

    In both cases the client gets no answer. A worker that `dies` goes with all of its connections.
    """

    def __init__(self) -> None:
        self._fault: str | None = None
        self._commits = 0
        self._connections: list[Connection] = []

    def install(self, patch: pytest.MonkeyPatch) -> None:
        opened = database.open_plainly
        wire = self

        class WireCursor(Cursor):
            def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002 - psycopg2's name
                if query == "COMMIT" and wire.breaks_now():
                    wire.commit(super().execute, self.connection)
                else:
                    super().execute(query, vars)

        def open_on_wire(*args: Any, **kwargs: Any) -> Connection:
            connection = opened(*args, **kwargs)
            connection.cursor_factory = WireCursor
            wire.add(connection)
            return connection

        patch.setattr(database, "open_plainly", open_on_wire)

    def arm(self, fault: str | None, commits: int = 1) -> None:
        """The fault at the n-th COMMIT from now; None for a healthy connection."""
        self._fault, self._commits = fault, commits

    def add(self, connection: Connection) -> None:
        self._connections = [each for each in self._connections if not each.closed] + [connection]

    def breaks_now(self) -> bool:
        self._commits -= 1
        return self._fault is not None and self._commits == 0

    def commit(self, execute: Any, connection: Connection) -> None:
        fault, self._fault = self._fault or "", None
        if fault.endswith("after"):
            execute("COMMIT")
        connection.close()
        if fault.startswith("dies"):
            for each in self._connections:
                each.close()
            raise Died
        raise psycopg2.OperationalError("server closed the connection unexpectedly")
