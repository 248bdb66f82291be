"""PostgresQuery: its rows as CSV, by COPY, from one read-only snapshot of the other database."""

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
_REFUSED = ("28", "3D", "42501")  # authentication, database, rights
_CONNECTION_REFUSED = (
    "authentication failed",
    "does not exist",
    "pg_hba.conf",
    "permission denied",
    "not permitted to log in",
)


class Sink(Protocol):
    """The receiver of the rows, block by block. It may raise to stop the fetch."""

    def write(self, block: bytes, /) -> int: ...


class _NullsAlone:
    """Passes rows on. A row of a single null would be an empty line, which is not a row of a CSV."""

    def __init__(self, into: Sink) -> None:
        self._into = into

    def write(self, row: bytes, /) -> int:
        """Take one row with its line end: PostgreSQL always sends row by row."""
        return self._into.write(b'""\n' if row == b"\n" else row)


class Copied(NamedTuple):
    """The notes for the next fetch (`known`), and the number of rows left out because their watermark is null."""

    noted: dict[str, str]
    left_out: int = 0


def copy_query(source: PostgresQuery, into: Sink, known: Mapping[str, str], columns: Sequence[Column] = ()) -> Copied:
    """Write the rows of a query as CSV with a header, UTF-8.

    `known` are the notes of the last loaded fetch ({} for none): with a watermark, only rows since then are fetched.
    Numbers are written as `columns` read them. Raises DataError `source_refused`, `query_failed` and `misread_time` for
    errors that a retry will not change, TransientError when the database is unavailable, and the errors of `into`.
    """
    with _snapshot(source) as cursor:
        if source.watermark is None:
            _copy(cursor, sql.SQL(source.query), into, columns)
            _refuse_money(cursor, source)
            return Copied({})
        of = _type_of(cursor, source, source.watermark)
        since = reached_in(known, of)
        select = _select(source, source.watermark, of, since)
        _copy(cursor, select, into, columns)
        _refuse_money(cursor, source)
        noted = _noted(cursor, select, source.watermark, of, since)
        return Copied(noted, 0 if since is None else _nulls(cursor, source, source.watermark))


def _copy(cursor: Cursor, select: sql.Composable, into: Sink, columns: Sequence[Column]) -> None:
    cursor.copy_expert(_filled("copy_rows", query=spelled(cursor, select, columns)), _NullsAlone(into))


def try_query(source: PostgresQuery) -> str | None:
    """Check whether the query could be fetched now, without rows. Returns the type of the watermark, if declared.

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
        raise _unreachable(source, str(error)) from None  # its text has the address and the role
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
    """One read-only transaction with one snapshot of the database."""
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
            raise _failed(source, error) from None  # its text may have values of rows


def _refuse_money(cursor: Cursor, source: PostgresQuery) -> None:
    """Refuse columns of the type money: the meaning of their digits depends on a setting of that server."""
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
            " SELECT to a type that sorts in the order in which rows are added.",
        )
    check_overlap(source, of)
    return of


def _select(source: PostgresQuery, watermark: str, of: str, since: str | None) -> sql.Composable:
    """The SELECT of this fetch: the declared one, or its rows since the watermark."""
    declared = sql.SQL(source.query)
    if since is None:
        return declared
    start: sql.Composable = sql.SQL("{}::" + of).format(sql.Literal(since))
    if source.overlap is not None:
        start = sql.SQL("{} - {}").format(start, sql.Literal(source.overlap))
    return _filled("rows_since", query=declared, watermark=sql.Identifier(watermark), since=start)


def _noted(cursor: Cursor, select: sql.Composable, watermark: str, of: str, since: str | None) -> dict[str, str]:
    """The notes of this fetch: its watermark, which does not move back if only rows of the overlap came."""
    cursor.execute(_filled("next_since", query=select, watermark=sql.Identifier(watermark)))
    (value,) = cursor.fetchone() or (None,)
    reached = greater(of, value, since)
    came_from = {} if since is None else {FROM: since}
    return {OF: of} | came_from | ({} if reached is None else {REACHED: reached})


def _nulls(cursor: Cursor, source: PostgresQuery, watermark: str) -> int:
    cursor.execute(_filled("null_rows", query=sql.SQL(source.query), watermark=sql.Identifier(watermark)))
    (value,) = cursor.fetchone() or (0,)
    return int(value)


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
    """The Sluice error. The original message is included only if it is about the query and not about rows."""
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
    if message and (error.pgcode or "").startswith("42"):  # syntax, names, rights: without values of rows
        return message
    name = type(error).__name__
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
