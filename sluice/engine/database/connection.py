"""One PostgreSQL connection per process and thread, opened when first needed, dropped after an error.

Never opened before a fork and never shared. psycopg2's errors are translated here, once: by what to do about
them, and without their DETAIL, which has values of rows.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg2
import psycopg2.errors
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.servers import database_url
from sluice.engine.base.settings import settings
from sluice.engine.database.pooler import ALTER_ROLE, AT_FIRST_TRANSACTION, POOLER_SAYS, THROUGH_POOLER
from sluice.engine.database.session import Session, differences, in_force, ledger_session
from sluice.errors import ConfigError, NotAllowed, PermanentError, SluiceError, TablesMissing, TransientError

T = TypeVar("T")
_CONNECTION_REFUSED = (
    "authentication failed", "does not exist", "no such database", "no such user", "permission denied",
    "not permitted to log in", "no pg_hba.conf entry",
)  # fmt: skip
_TRANSIENT_STATES = ("08", "40", "53", "55", "57", "58")  # connection, rollback, resources, locks, operator, system
_BACKSLASHES = "standard_conforming_strings"
_NOT_ALLOWED = {
    "25006": "PostgreSQL can only be read here ({}): DATABASE_URL must lead to the primary server.",
    "42501": "The database role may not do this: {}. Let the owner of the tables run `sluice migrate`, "
    "which may be due, or give the role the right.",
}
_local = threading.local()


class DatabaseAway(TransientError):
    """PostgreSQL does not answer. A wait for it does not count as an attempt."""


@dataclass
class Opened:
    """A connection, and the session settings of each of its transactions. `set_to` are those that it has by itself."""

    connection: Connection
    session: Session
    set_to: Session | None = None

    def begin(self, session: Session | None = None) -> Cursor:
        """Begin a transaction. Raises psycopg2.Error as it comes."""
        chosen = session or self.session
        cursor = self.connection.cursor()
        cursor.execute(chosen.begin_as_set if chosen is self.set_to else chosen.begin)
        return cursor

    @contextmanager
    def transaction(self, cursor: Cursor) -> Iterator[Cursor]:
        """A transaction already begun with this cursor: commits at the end, rolls back on any error."""
        try:
            yield cursor
        except BaseException:
            self._roll_back(cursor)
            raise
        cursor.execute("COMMIT")
        cursor.close()

    def _roll_back(self, cursor: Cursor) -> None:
        try:
            cursor.execute("ROLLBACK")
        except psycopg2.Error:
            self.connection.close()  # it is broken, and with it the transaction


def connect(purpose: str = "sluice", url: str | None = None) -> Opened:
    """Open a connection, to DATABASE_URL unless another is given, and check that a transaction has its settings.

    Raises DatabaseAway when there is no answer within 5 s, ConfigError.
    """
    try:
        connection = open_plainly(url or database_url(), f"sluice {purpose} {os.getpid()}", connect_s=5)
    except psycopg2.Error as error:
        raise _connect_error(error) from error
    opened = Opened(connection, ledger_session(connection.server_version))
    try:
        _read_back(opened)
    except psycopg2.Error as error:
        raise _connect_error(error, AT_FIRST_TRANSACTION) from error
    return opened


def open_plainly(url: str, name: str, *, connect_s: int) -> Connection:
    """A connection in autocommit mode, without startup parameters that a pooler might not pass on.

    Raises psycopg2.Error as it comes, ConfigError.
    """
    facts: dict[str, Any] = {
        "application_name": name,
        "client_encoding": "UTF8",
        "connect_timeout": connect_s,
        "keepalives": 1,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
    }
    connection: Connection = psycopg2.connect(url, **facts)
    if connection.info.parameter_status(_BACKSLASHES) == "off":
        # psycopg2 quotes values by what the server reports when a connection opens: a later SET does not change that
        connection.close()
        connection = _with_backslashes(url, facts)
    connection.autocommit = True
    return connection


def _with_backslashes(url: str, facts: dict[str, Any]) -> Connection:
    """A connection whose startup parameters turn standard_conforming_strings on. A pooler may refuse or drop them."""
    refused = ConfigError(f"{_BACKSLASHES} is off for this role, and the pooler refuses to set it: {ALTER_ROLE}")
    try:
        connection: Connection = psycopg2.connect(url, options=f"-c {_BACKSLASHES}=on", **facts)
    except psycopg2.OperationalError as error:
        if not any(each in str(error) for each in POOLER_SAYS):
            raise  # it has another cause: a server that went away, no connection left, a limit of time
        raise refused from error
    if connection.info.parameter_status(_BACKSLASHES) == "off":
        connection.close()
        raise refused
    return connection


def _read_back(opened: Opened) -> None:
    """Check that the settings are in effect in a transaction. Commits must wait for the disk, whatever the role has.

    A connection that no pooler shares gets them until it is closed, which makes each transaction 100 us shorter.
    """
    with opened.transaction(opened.begin()) as cursor:
        actual = in_force(cursor)
        cursor.execute("select pg_backend_pid()")
        own = cursor.fetchone() == (opened.connection.info.backend_pid,)  # a pooler gives its clients other numbers
    other = differences(opened.session, actual)
    if other:
        opened.connection.close()
        raise ConfigError(
            f"PostgreSQL does not keep the settings of a transaction: {'; '.join(other)}. {THROUGH_POOLER}"
        )
    if actual["synchronous_commit"] == "off":
        opened.session = opened.session.also(synchronous_commit="on")
    if own:
        with opened.connection.cursor() as cursor:
            cursor.execute(opened.session.for_connection)
        opened.set_to = opened.session


def _connect_error(error: psycopg2.Error, when: str = "") -> SluiceError:
    text = str(error).strip().splitlines()
    first = text[0] if text else "no reason given"
    if any(each in first for each in POOLER_SAYS):
        return ConfigError(f"PgBouncer refuses the connection: {first}. {THROUGH_POOLER}")
    if any(each in first for each in _CONNECTION_REFUSED):
        return ConfigError(f"PostgreSQL refuses the connection: {first}. Check DATABASE_URL.")
    return DatabaseAway(f"PostgreSQL does not answer: {first}{when}")


def translate(error: psycopg2.Error) -> SluiceError:
    """The Sluice error for a psycopg2 error, without values of rows."""
    state = error.pgcode or ""
    primary = (error.diag.message_primary if error.diag else None) or "the connection broke"
    if state in {"42P01", "3F000"}:
        return TablesMissing(f"The ledger's tables are not as expected ({primary}). Run `sluice migrate`.")
    if state == "0A000" and "read-write mode" in primary:  # each transaction begins with it, and a standby refuses it
        state = "25006"
    if state in _NOT_ALLOWED:
        return NotAllowed(_NOT_ALLOWED[state].format(primary))
    if not state and isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError):
        return DatabaseAway("The connection to PostgreSQL broke.")
    if state.startswith(("08", "57P", "25P03", "25P04")):  # 25P: the transaction timed out
        return DatabaseAway(f"The connection to PostgreSQL broke: {primary}")
    if state.startswith(_TRANSIENT_STATES):
        return TransientError(f"PostgreSQL could not do it now ({state}): {primary}")
    return PermanentError(f"PostgreSQL refuses ({state}): {primary}")


def process_connection() -> Opened:
    """This process's and thread's connection, opened on first use and after a fork."""
    cached: tuple[int, Opened] | None = getattr(_local, "opened", None)
    if cached is not None and cached[0] == os.getpid() and not cached[1].connection.closed:
        return cached[1]
    _local.opened = (os.getpid(), connect())
    return _local.opened[1]  # type: ignore[no-any-return]


def drop_connection() -> None:
    """Close this thread's connection, if this process has one."""
    cached: tuple[int, Opened] | None = getattr(_local, "opened", None)
    _local.opened = None
    if cached is not None and cached[0] == os.getpid():
        try:
            cached[1].connection.close()
        except psycopg2.Error:
            pass  # it is broken already


@contextmanager
def transaction() -> Iterator[Cursor]:
    """One transaction on this process's connection: commits at the end, rolls back on any error."""
    try:
        opened, begun = _begun()
        with opened.transaction(begun) as cursor:
            yield cursor
    except psycopg2.Error as error:
        drop_connection()
        raise translate(error) from error


def _begun() -> tuple[Opened, Cursor]:
    """A transaction on this process's connection; on a new one if the old one broke while idle."""
    opened = process_connection()
    try:
        return opened, opened.begin()
    except psycopg2.Error as error:
        if error.pgcode is not None and not error.pgcode.startswith(("08", "57P")):
            raise
    drop_connection()
    opened = process_connection()
    return opened, opened.begin()


def stream(cursor: Cursor, name: str) -> Cursor:
    """A server-side cursor in the transaction of `cursor`, to read rows in batches. Close it."""
    # psycopg2 did not begin the transaction and does not know of it: without `withhold` it would refuse
    return cursor.connection.cursor(name, withhold=True)


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
