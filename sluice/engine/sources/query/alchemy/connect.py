"""A connection through SQLAlchemy, and the errors of drivers as those of Sluice: without values of rows, or the URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sluice.engine.declare import SqlQuery
from sluice.engine.sources.query.alchemy.dialects import DialectRules, rules_of
from sluice.engine.sources.setting import needed_setting
from sluice.errors import DataError, DriverMissing, SluiceError, TransientError

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.exc import DBAPIError

_MYSQL_REFUSED = {1044, 1045, 1049, 1142, 1143, 1227, 1370, 1698}
_MYSQL_AWAY = {1040, 1053, 1077, 1080, 1203, 1205, 1213, 2002, 2003, 2006, 2013, 2014, 2055}
_MYSQL_TOO_LONG = {1317, 1969, 3024}
_MYSQL_PLAIN = {1052, 1054, 1060, 1064, 1146, 1248, 1305}  # names and syntax: the message has no values
_SQLITE_PLAIN = ("no such", "near ", "ambiguous column", "unrecognized token", "incomplete input", "file is not a")
_REFUSED = ("authentication", "login failed", "access denied", "invalid username", "permission denied")


@contextmanager
def connected(source: SqlQuery) -> Iterator[tuple[Connection, DialectRules]]:
    """A connection in a read-only transaction, if the database has those. It is closed, not returned to a pool.

    Raises DataError `source_refused` and `query_failed`, TransientError, DriverMissing, SettingMissing, NotHere.
    """
    url = needed_setting(source.database, source.name)
    try:
        import sqlalchemy
        from sqlalchemy import exc
        from sqlalchemy.pool import NullPool
    except ImportError as error:
        raise DriverMissing(
            f"{source.name} needs SQLAlchemy, which this worker does not have: pip install 'sluice-etl[sql]'"
        ) from error
    try:
        address = sqlalchemy.make_url(url)
    except (exc.ArgumentError, ValueError):
        raise DataError(
            "source_refused",
            f"{source.database} is not a URL of SQLAlchemy, e.g. mysql+pymysql://user:...@host/name.",
        ) from None
    rules = rules_of(address.get_backend_name())
    rules.check(address, source.database)
    try:
        engine = sqlalchemy.create_engine(
            address, poolclass=NullPool, connect_args=dict(rules.arguments(source.statement_timeout_s))
        )
    except (exc.NoSuchModuleError, ImportError):
        raise DriverMissing(
            f"{source.name}: this worker does not have the driver for {address.drivername}. Install it where they run."
        ) from None
    except (exc.ArgumentError, TypeError, ValueError):
        raise DataError(
            "source_refused", f"{source.database}: the URL has options that its driver does not have."
        ) from None
    try:
        with engine.connect().execution_options(no_parameters=True) as connection:
            rules.begin(connection, source.statement_timeout_s)
            try:
                yield connection, rules
            except BaseException:
                if not connection.invalidated:
                    rules.drop(connection.connection.driver_connection)
                    connection.invalidate()
                raise
    except exc.DBAPIError as error:
        raise failed(source, error) from None
    except (exc.SQLAlchemyError, Warning) as error:  # sqlite3 of Python 3.11 warns about a second statement
        raise DataError("query_failed", f"The query of {source.name} fails: {type(error).__name__}.") from None


def failed(source: SqlQuery, error: DBAPIError) -> SluiceError:
    """The Sluice error for one of a driver. Its message is shown only where it is about names and syntax."""
    original: Any = error.orig
    number = next(iter(getattr(original, "args", ())), None)
    words = f"{type(original).__name__} {number}" if isinstance(number, int) else type(original).__name__
    text = str(original)
    if number in _MYSQL_TOO_LONG or text == "interrupted":
        return too_long(source)
    if number in _MYSQL_REFUSED or any(each in text.lower() for each in _REFUSED):
        return DataError(
            "source_refused",
            f"The database of {source.database} refuses ({words}): check user, password, database and rights.",
        )
    away = number in _MYSQL_AWAY or error.connection_invalidated or text.startswith("database is locked")
    if away or (error.statement is None and type(original).__name__ in ("OperationalError", "InterfaceError")):
        return TransientError(f"The database of {source.database} ({source.name}) does not answer ({words}).")
    if number in _MYSQL_PLAIN:
        words += f", {original.args[-1]}"
    elif text.startswith(_SQLITE_PLAIN):
        words = text
    return DataError("query_failed", f"The query of {source.name} fails: {words}.")


def too_long(source: SqlQuery) -> DataError:
    """The error for a query that reaches its limit of time."""
    reason = f"took longer than {source.statement_timeout_s:g} s (statement_timeout_s), or was cancelled"
    return DataError("query_failed", f"The query of {source.name} {reason}.")
