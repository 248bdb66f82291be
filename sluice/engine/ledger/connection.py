"""One PostgreSQL connection per process and thread, opened when first needed, thrown away once it raised.

Never opened before a fork and never shared. psycopg2's errors are translated here, once: by what to do about
them, and without their DETAIL, which carries the values of rows.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg2
import psycopg2.errors
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from sluice.engine.servers import database_url
from sluice.engine.settings import settings
from sluice.errors import ConfigError, NotAllowed, PermanentError, SluiceError, TablesMissing, TransientError

T = TypeVar("T")
_SESSION = " ".join(
    f"-c {name}={value}"
    for name, value in {
        "timezone": "UTC",
        "statement_timeout": "600s",
        "lock_timeout": "30s",
        "client_min_messages": "warning",
        # the server's side: without these, a host that is gone holds its locks for hours
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
        "jit": "off",  # compiling takes longer than any statement of ours runs
    }.items()
)
_TRANSIENT_STATES = ("08", "40", "53", "55", "57", "58")  # connection, rollback, resources, locks, operator, system
_REFUSALS = (
    "authentication failed", "does not exist", "permission denied", "not permitted to log in", "no pg_hba.conf entry",
)  # fmt: skip
_NOT_ALLOWED = {
    "25006": "PostgreSQL can only be read here ({}): DATABASE_URL must lead to the primary server.",
    "42501": "The database role may not do this: {}. Let the owner of the tables run `sluice migrate`, "
    "which may be due, or give the role the right.",
}
_held = threading.local()


class DatabaseAway(TransientError):
    """PostgreSQL does not answer. Waiting for it burns no attempts."""


def connect(purpose: str = "sluice", url: str | None = None, **session: str) -> Connection:
    """Open a connection, to DATABASE_URL unless another is given; `session` are settings of its own.

    Raises DatabaseAway when there is no answer within 5 s.
    """
    own = "".join(f" -c {name}={value}" for name, value in session.items())  # of two equal ones the last counts
    try:
        connection = psycopg2.connect(
            url or database_url(),
            application_name=f"sluice {purpose} {os.getpid()}",
            connect_timeout=5,
            keepalives=1,
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
            tcp_user_timeout=20_000,
            # a process that froze in its transaction holds its run's counters as long as its lease, and no longer
            options=f"{_SESSION} -c idle_in_transaction_session_timeout={settings().lease_s:.0f}s{own}",
        )
    except psycopg2.OperationalError as error:
        raise _away(error) from error
    return connection


def _away(error: psycopg2.Error) -> SluiceError:
    text = str(error).strip().splitlines()
    first = text[0] if text else "no reason given"
    if any(refusal in first for refusal in _REFUSALS):
        return ConfigError(f"PostgreSQL refuses the connection: {first}. Check DATABASE_URL.")
    return DatabaseAway(f"PostgreSQL does not answer: {first}")


def translate(error: psycopg2.Error) -> SluiceError:
    """The error by what to do about it, without values of rows."""
    state = error.pgcode or ""
    primary = (error.diag.message_primary if error.diag else None) or "the connection broke"
    if state in {"42P01", "3F000"}:
        return TablesMissing(f"The ledger's tables are not as expected ({primary}). Run `sluice migrate`.")
    if state in _NOT_ALLOWED:
        return NotAllowed(_NOT_ALLOWED[state].format(primary))
    if not state and isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError):
        return DatabaseAway("The connection to PostgreSQL broke.")
    if state.startswith(("08", "57P", "25P03", "25P04")):  # 25P: we froze in a transaction and were thrown out
        return DatabaseAway(f"The connection to PostgreSQL broke: {primary}")
    if state.startswith(_TRANSIENT_STATES):
        return TransientError(f"PostgreSQL could not do it now ({state}): {primary}")
    return PermanentError(f"PostgreSQL refuses ({state}): {primary}")


def process_connection() -> Connection:
    """This process's and thread's connection, opened on first use and after a fork."""
    held: tuple[int, Connection] | None = getattr(_held, "connection", None)
    if held is not None and held[0] == os.getpid() and not held[1].closed:
        return held[1]
    _held.connection = (os.getpid(), connect())
    return _held.connection[1]  # type: ignore[no-any-return]


def drop_connection() -> None:
    """Close this thread's connection, if there is one of this process."""
    held: tuple[int, Connection] | None = getattr(_held, "connection", None)
    _held.connection = None
    if held is not None and held[0] == os.getpid():
        try:
            held[1].close()
        except psycopg2.Error:
            pass  # it is broken already: closing was all we wanted


@contextmanager
def transaction() -> Iterator[Cursor]:
    """One transaction on this process's connection: commits at the end, rolls back on any error."""
    connection = process_connection()
    try:
        with connection.cursor() as cursor:
            yield cursor
        connection.commit()
    except psycopg2.Error as error:
        drop_connection()
        raise translate(error) from error
    except BaseException:
        _roll_back(connection)
        raise


def _roll_back(connection: Connection) -> None:
    try:
        connection.rollback()
    except psycopg2.Error:
        drop_connection()


def patiently(attempt: Callable[[], T], wait_s: float | None = None) -> T:
    """Call `attempt` until PostgreSQL is back, for at most `wait_s` seconds (setting database_wait_s)."""
    until = time.monotonic() + (settings().database_wait_s if wait_s is None else wait_s)
    pause = 0.1
    while True:
        try:
            return attempt()
        except DatabaseAway:
            if time.monotonic() >= until:
                raise
            time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
            pause = min(pause * 2, 3.0)
