"""PostgresQuery: its rows as CSV, by COPY, out of one read-only snapshot of the other database."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

import psycopg2
import psycopg2.errors
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from sluice.engine.declare import PostgresQuery
from sluice.engine.ledger.connection import open_plainly
from sluice.engine.ledger.queries import query
from sluice.engine.ledger.session import differences, in_force, their_session
from sluice.engine.remote.setting import needed_setting
from sluice.errors import ConfigError, DataError, SluiceError, TransientError

SQL = "sluice.engine.remote.sql"
SINCE = "since"
_CONNECT_S = 10
_MONEY = (790, 791)  # the type and its array, the same on every server
_AWAY = ("08", "40", "53", "55", "57P", "58")  # connection, rollback, resources, locks, operator, system
_REFUSED = ("28", "3D", "42501")  # who asks, which database, what they may
_SAYS_NO = ("authentication failed", "does not exist", "pg_hba.conf", "permission denied", "not permitted to log in")


class Sink(Protocol):
    """What takes the rows, block by block. It may raise to stop the fetch."""

    def write(self, block: bytes, /) -> int: ...


def copy_query(source: PostgresQuery, into: Sink, known: Mapping[str, str]) -> dict[str, str]:
    """Write the rows of a query as CSV with a header, UTF-8. Returns what the next fetch is to know: see `known`.

    `known` is what the last fetch returned that was loaded ({} for none): with a watermark, rows since then come.
    Raises DataError `source_refused` and `query_failed` for what another try will not mend, TransientError when the
    database is away, and what `into` raises.
    """
    with _snapshot(source) as cursor:
        asked = _asked(source, known)
        cursor.copy_expert(_filled("copy_rows", query=asked), into)
        _refuse_money(cursor, source)
        return _reached(cursor, source, asked, known)


def try_query(source: PostgresQuery) -> None:
    """Whether the query could be fetched now, without a row of it. Raises as `copy_query` does."""
    with _snapshot(source) as cursor:
        _refuse_money(cursor, source)


@contextmanager
def _reaching(source: PostgresQuery) -> Iterator[Connection]:
    """A connection to the database of a query, closed at the end. Raises as `copy_query` does."""
    url = needed_setting(source.database, source.name)
    try:
        connection = open_plainly(url, f"sluice fetch {source.name} {os.getpid()}", connect_s=_CONNECT_S)
    except psycopg2.OperationalError as error:
        raise _unreachable(source, str(error)) from None  # its text has the address, and who asked
    except psycopg2.Error:
        raise DataError("source_refused", f"{source.database} is no URL of a PostgreSQL.") from None
    except ConfigError as error:
        raise DataError("source_refused", f"The PostgreSQL of {source.database}: {error}") from None
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def _snapshot(source: PostgresQuery) -> Iterator[Cursor]:
    """One transaction that sees one state of the database, and can change nothing in it."""
    with _reaching(source) as connection:
        session = their_session(connection.server_version, source.statement_timeout_s)
        try:
            with connection.cursor() as cursor:
                cursor.execute(session.begin)
                other = differences(session, in_force(cursor))
                if other:
                    raise DataError("source_refused", f"The PostgreSQL of {source.database}: {'; '.join(other)}.")
                yield cursor
        except psycopg2.Error as error:
            raise _failed(source, error) from None  # its text may hold values of rows


def _refuse_money(cursor: Cursor, source: PostgresQuery) -> None:
    """What the digits of the type money are worth depends on a setting of that server: nobody can tell here."""
    cursor.execute(_filled("no_rows", query=sql.SQL(source.query)))
    for column in cursor.description or ():
        if column.type_code in _MONEY:
            raise DataError(
                "query_failed",
                f"The query of {source.name}: column {column.name} is of the type money, whose digits depend on "
                f"lc_monetary there: cast it, {column.name}::numeric.",
            )


def _asked(source: PostgresQuery, known: Mapping[str, str]) -> sql.Composable:
    """The SELECT of this fetch: the declared one, or what came since."""
    declared = sql.SQL(source.query)
    if source.watermark is None or SINCE not in known:
        return declared
    column = sql.Identifier(source.watermark)
    return _filled("rows_since", query=declared, watermark=column, since=sql.Literal(known[SINCE]))


def _reached(cursor: Cursor, source: PostgresQuery, asked: sql.Composable, known: Mapping[str, str]) -> dict[str, str]:
    """From where the next fetch is to ask on; from where this one did, when it brought nothing."""
    if source.watermark is None:
        return {}
    reached: sql.Composable = sql.SQL("max({})").format(sql.Identifier(source.watermark))
    if source.overlap is not None:
        reached = sql.SQL("{} - {}").format(reached, sql.Literal(source.overlap))
    cursor.execute(_filled("next_since", query=asked, reached=reached))
    (since,) = cursor.fetchone() or (None,)
    return dict(known) if since is None else {SINCE: since}


def _filled(name: str, **parts: sql.Composable) -> sql.Composed:
    return sql.SQL(query(name, SQL)).format(**parts)


def _unreachable(source: PostgresQuery, text: str) -> SluiceError:
    if any(each in text for each in _SAYS_NO):
        return DataError(
            "source_refused",
            f"The PostgreSQL of {source.database} refuses the connection: check role, password and database in it.",
        )
    return TransientError(f"The PostgreSQL of {source.database} ({source.name}) does not answer.")


def _failed(source: PostgresQuery, error: psycopg2.Error) -> SluiceError:
    """The error by what to do about it. Its own words only where they are about the query and not about rows."""
    state = error.pgcode or ""
    if not state or (state.startswith(_AWAY) and state != "57014"):
        return TransientError(f"The connection to the PostgreSQL of {source.database} broke while it was read.")
    if state == "57014":
        reason = f"took longer than {source.statement_timeout_s:g} s (statement_timeout_s), or was cancelled"
        return DataError("query_failed", f"The query of {source.name} {reason}.")
    words = _words(error)
    if state.startswith(_REFUSED):
        return DataError("source_refused", f"The PostgreSQL of {source.database} refuses: {words} ({state}).")
    return DataError("query_failed", f"The query of {source.name} fails: {words} ({state}).")


def _words(error: psycopg2.Error) -> str:
    message = error.diag.message_primary
    if message and (error.pgcode or "").startswith("42"):  # syntax, names, rights: nothing of a row is in it
        return message
    name = type(error).__name__
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
