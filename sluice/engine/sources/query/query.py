"""PostgresQuery: its rows as CSV, by COPY, out of one read-only snapshot of the other database."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Protocol

import psycopg2
import psycopg2.errors
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import open_plainly
from sluice.engine.database.session import differences, in_force, source_session
from sluice.engine.database.statements import statements
from sluice.engine.declare import Column, PostgresQuery
from sluice.engine.sources.query.spelling import spelled
from sluice.engine.sources.query.watermark import FROM, OF, REACHED, TYPES, check_overlap, greater, reached_in
from sluice.engine.sources.setting import needed_setting
from sluice.errors import ConfigError, DataError, SluiceError, TransientError

query = statements(__name__)

_CONNECT_S = 10
_MONEY = (790, 791)  # the type and its array, the same on every server
_TRANSIENT_STATES = ("08", "40", "53", "55", "57P", "58")  # connection, rollback, resources, locks, operator, system
_REFUSED = ("28", "3D", "42501")  # who asks, which database, what they may
_CONNECTION_REFUSED = (
    "authentication failed",
    "does not exist",
    "pg_hba.conf",
    "permission denied",
    "not permitted to log in",
)


class Sink(Protocol):
    """What takes the rows, block by block. It may raise to stop the fetch."""

    def write(self, block: bytes, /) -> int: ...


class _NullsAlone:
    """Passes rows on. A row that is one null would be an empty line, which is no row of a CSV."""

    def __init__(self, into: Sink) -> None:
        self._into = into

    def write(self, row: bytes, /) -> int:
        """Take one row with its line end: PostgreSQL sends row by row, whatever is in them."""
        return self._into.write(b'""\n' if row == b"\n" else row)


class Copied(NamedTuple):
    """What the next fetch is to know (`known`), and how many rows of a watermark that is null did not come."""

    noted: dict[str, str]
    left_out: int = 0


def copy_query(source: PostgresQuery, into: Sink, known: Mapping[str, str], columns: Sequence[Column] = ()) -> Copied:
    """Write the rows of a query as CSV with a header, UTF-8.

    `known` is what the last fetch noted that was loaded ({} for none): with a watermark, rows since then come.
    Numbers are written as `columns` read them. Raises DataError `source_refused`, `query_failed` and `misread_time`
    for what another try will not change, TransientError when the database is away, and what `into` raises.
    """
    with _snapshot(source) as cursor:
        if source.watermark is None:
            _copy(cursor, sql.SQL(source.query), into, columns)
            _refuse_money(cursor, source)
            return Copied({})
        of = _type_of(cursor, source, source.watermark)
        since = reached_in(known, of)
        asked = _asked(source, source.watermark, of, since)
        _copy(cursor, asked, into, columns)
        _refuse_money(cursor, source)
        noted = _noted(cursor, asked, source.watermark, of, since)
        return Copied(noted, 0 if since is None else _nulls(cursor, source, source.watermark))


def _copy(cursor: Cursor, asked: sql.Composable, into: Sink, columns: Sequence[Column]) -> None:
    cursor.copy_expert(_filled("copy_rows", query=spelled(cursor, asked, columns)), _NullsAlone(into))


def try_query(source: PostgresQuery) -> str | None:
    """Whether the query could be fetched now, without a row of it. Returns the type of the watermark, if there is one.

    Raises as `copy_query` does.
    """
    with _snapshot(source) as cursor:
        _refuse_money(cursor, source)
        return None if source.watermark is None else _type_of(cursor, source, source.watermark)


@contextmanager
def _reaching(source: PostgresQuery) -> Iterator[Connection]:
    """A connection to the database of a query, closed at the end. Raises as `copy_query` does."""
    url = needed_setting(source.database, source.name)
    try:
        connection = open_plainly(url, f"sluice fetch {source.name} {os.getpid()}", connect_s=_CONNECT_S)
    except psycopg2.OperationalError as error:
        raise _unreachable(source, str(error)) from None  # its text has the address, and who asked
    except (psycopg2.Error, ValueError):
        raise DataError("source_refused", f"{source.database} is not the URL of a PostgreSQL database.") from None
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
        session = source_session(connection.server_version, source.statement_timeout_s)
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


def _type_of(cursor: Cursor, source: PostgresQuery, watermark: str) -> str:
    """The type of the watermark, one of TYPES."""
    cursor.execute(_filled("watermark_type", watermark=sql.Identifier(watermark), query=sql.SQL(source.query)))
    of = TYPES.get((cursor.description or ())[0].type_code)
    if of is None:
        raise DataError(
            "query_failed",
            f"{source.name}: the watermark {watermark} must be a number, a date, a timestamp or a text: cast it in the"
            " SELECT to one whose order is that in which rows come.",
        )
    check_overlap(source, of)
    return of


def _asked(source: PostgresQuery, watermark: str, of: str, since: str | None) -> sql.Composable:
    """The SELECT of this fetch: the declared one, or what came since."""
    declared = sql.SQL(source.query)
    if since is None:
        return declared
    start: sql.Composable = sql.SQL("{}::" + of).format(sql.Literal(since))
    if source.overlap is not None:
        start = sql.SQL("{} - {}").format(start, sql.Literal(source.overlap))
    return _filled("rows_since", query=declared, watermark=sql.Identifier(watermark), since=start)


def _noted(cursor: Cursor, asked: sql.Composable, watermark: str, of: str, since: str | None) -> dict[str, str]:
    """How far this fetch came, and from where: it did not move back where only rows of the overlap came."""
    cursor.execute(_filled("next_since", query=asked, watermark=sql.Identifier(watermark)))
    (found,) = cursor.fetchone() or (None,)
    reached = greater(of, found, since)
    came_from = {} if since is None else {FROM: since}
    return {OF: of} | came_from | ({} if reached is None else {REACHED: reached})


def _nulls(cursor: Cursor, source: PostgresQuery, watermark: str) -> int:
    cursor.execute(_filled("null_rows", query=sql.SQL(source.query), watermark=sql.Identifier(watermark)))
    (found,) = cursor.fetchone() or (0,)
    return int(found)


def _filled(name: str, **parts: sql.Composable) -> sql.Composed:
    return sql.SQL(query(name)).format(**parts)


def _unreachable(source: PostgresQuery, text: str) -> SluiceError:
    if any(each in text for each in _CONNECTION_REFUSED):
        return DataError(
            "source_refused",
            f"The PostgreSQL of {source.database} refuses the connection: check role, password and database in it.",
        )
    return TransientError(f"The PostgreSQL of {source.database} ({source.name}) does not answer.")


def _failed(source: PostgresQuery, error: psycopg2.Error) -> SluiceError:
    """The error by what to do about it. Its own words only where they are about the query and not about rows."""
    state = error.pgcode or ""
    if not state or (state.startswith(_TRANSIENT_STATES) and state != "57014"):
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
