"""Read-only connections to PostgreSQL, a few of them, kept open between requests.

A statement is a transaction of its own. When all connections are busy, a request waits for `WAIT_S` seconds
and then gets 503. No answer has text of a database error.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2 import sql

from sluice.engine.base.settings import Settings
from sluice.engine.database.connection import Opened, connect
from sluice.engine.database.session import in_milliseconds
from sluice.errors import SluiceError
from sluice.web.http.problems import Problem

log = logging.getLogger("sluice.web")
WAIT_S = 2.0
MISSING = frozenset({"42P01", "42703", "3F000"})  # no such table, column, schema
CANCELLED, FORBIDDEN = "57014", "42501"
Statement = str | sql.Composable


class NotThere(Exception):
    """The statement names a table or a column that the database does not have (yet)."""


class ReadPool:
    """At most `size` connections. Safe for threads."""

    def __init__(self, url: str | None, size: int, statement_s: float, wait_s: float = WAIT_S) -> None:
        self._url = url
        self._free = threading.BoundedSemaphore(size)
        self._wait_s = wait_s
        self._idle: list[Opened] = []
        self._statement_s = statement_s

    @classmethod
    def of(cls, chosen: Settings) -> ReadPool:
        """The pool that the settings describe."""
        url = chosen.read_database_url
        secret = None if url is None else url.get_secret_value()
        return cls(secret, chosen.api_connections, chosen.api_statement_s)

    def rows(self, statement: Statement, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """All rows of one statement. Raises NotThere, and Problem: 503 busy or away, 504 for a statement's timeout."""
        with self._slot():
            kept = self._take()
            if kept is not None:
                try:
                    return self._execute(kept, statement, params)
                except psycopg2.Error as error:
                    if not _broken(error):
                        raise problem_of(error) from error
                    # it broke while it was idle: a statement that only reads may run again
            try:
                return self._execute(self._open(), statement, params)
            except psycopg2.Error as error:
                raise problem_of(error) from error

    def close(self) -> None:
        """Close what is idle."""
        while (kept := self._take()) is not None:
            kept.connection.close()

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._free.acquire(timeout=self._wait_s):
            raise Problem(503, "busy", "All connections are in use: try again.", headers={"Retry-After": "1"})
        try:
            yield
        finally:
            self._free.release()

    def _take(self) -> Opened | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _open(self) -> Opened:
        try:
            opened = connect("web", self._url)
        except SluiceError as error:
            log.warning("no connection to PostgreSQL (%s)", type(error).__name__)
            raise _away() from error
        opened.session = opened.session.also(statement_timeout=in_milliseconds(self._statement_s))
        return opened

    def _execute(self, opened: Opened, statement: Statement, params: Mapping[str, Any] | None) -> list[Any]:
        prefix = opened.session.for_statement
        try:
            with opened.connection.cursor() as cursor:
                whole = prefix + statement if isinstance(statement, str) else sql.SQL(prefix) + statement
                cursor.execute(whole, params)
                found = cursor.fetchall()
        except BaseException:
            opened.connection.close()
            raise
        self._idle.append(opened)
        return found


def _broken(error: psycopg2.Error) -> bool:
    if error.pgcode is None:
        return isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError)
    return error.pgcode.startswith(("08", "57P"))


def _away() -> Problem:
    return Problem(503, "database_away", "The database does not answer: try again.", headers={"Retry-After": "5"})


def problem_of(error: psycopg2.Error) -> Exception:
    """The problem that the caller gets: without the text of the error."""
    state = error.pgcode
    log.warning("PostgreSQL: %s (%s)", type(error).__name__, state)
    if state in MISSING:
        return NotThere()
    if state == CANCELLED:
        detail = "The answer took too long and was stopped: use more filters or a smaller limit."
        return Problem(504, "too_slow", detail)
    if state == FORBIDDEN:
        return Problem(503, "not_granted", "The database role of the API may not read this: the owner must grant it.")
    if _broken(error) or (state or "").startswith(("40", "53", "55")):
        return _away()
    return error
