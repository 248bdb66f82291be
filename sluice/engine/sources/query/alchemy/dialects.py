"""What each database needs so that a query reads one state of it, in UTC, for a limited time, and changes nothing.

Databases without a line here are read as they are: in whatever isolation the driver begins.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sluice.engine.database.session import in_milliseconds
from sluice.errors import DataError, NotHere

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

_CONNECT_S = 10
_MYSQL_FLOAT = 4  # the type's number in MySQL's protocol
_SQLITE_STEPS = 100_000  # instructions between two looks at the clock


def _nothing(*_: object) -> None: ...


@dataclass(frozen=True)
class DialectRules:
    """What is called, and when.

    `check`: before connecting, with the URL and the name of its setting. `arguments`: those of the driver, by the limit
    in seconds. `begin`: begins a read-only transaction. `refuse`: looks at the columns of a result. `drop`: with the
    driver's connection, before one whose rows were not all read is closed.
    """

    check: Callable[[URL, str], None] = _nothing
    arguments: Callable[[float], Mapping[str, Any]] = lambda _: {}
    begin: Callable[[Connection, float], None] = _nothing
    refuse: Callable[[Any, str], None] = _nothing
    drop: Callable[[Any], None] = _nothing
    ordered_text: bool = False  # whether text is compared as Python does
    one_state: bool = False  # whether several queries of a transaction read the same rows


def rules_of(dialect: str) -> DialectRules:
    """The rules of a database, by SQLAlchemy's name of it."""
    return _RULES.get(dialect, DialectRules())


def _check_postgresql(url: URL, setting: str) -> None:  # noqa: ARG001
    raise DataError("source_refused", f"{setting} is a PostgreSQL: declare PostgresQuery, which reads it by COPY.")


def _check_mysql(url: URL, setting: str) -> None:
    if url.get_driver_name() != "pymysql":
        raise DataError(
            "source_refused",
            f"{setting} has the driver {url.get_driver_name()!r}, which reads dates such as 0000-00-00 as null. Install"
            f" PyMySQL, and begin the URL with {url.get_backend_name()}+pymysql://",
        )


def _mysql_arguments(timeout_s: float) -> Mapping[str, Any]:
    # a URL with another charset would turn letters into question marks; the server ends a long query before the driver
    return {"connect_timeout": _CONNECT_S, "charset": "utf8mb4", "read_timeout": int(timeout_s) + 30}


def _begin_mysql(connection: Connection, timeout_s: float) -> None:
    limit = (
        f"set session max_statement_time = {max(timeout_s, 0.001):.3f}"
        if getattr(connection.dialect, "is_mariadb", False)
        else f"set session max_execution_time = {in_milliseconds(timeout_s)}"
    )
    for statement in (
        limit,
        "set session time_zone = '+00:00'",
        f"set session net_write_timeout = {max(60, int(timeout_s))}",  # the landing's disk may be slow
        "set session transaction isolation level repeatable read",
        "start transaction with consistent snapshot, read only",
    ):
        connection.exec_driver_sql(statement)


def _refuse_mysql_floats(cursor: Any, source: str) -> None:
    for column in cursor.description or ():
        if column[1] == _MYSQL_FLOAT:
            raise DataError(
                "query_failed",
                f"The query of {source}: column {column[0]} is of the type float, of which MySQL sends six digits."
                f" Select cast({column[0]} as double) for its exact value, or cast it to a decimal.",
            )


def _drop_mysql_rows(raw: Any) -> None:
    """The driver would read the rest of the rows before it closes, and fail where the connection is closed already."""
    result = getattr(raw, "_result", None)
    if result is not None:
        result.unbuffered_active = False
        raw._result = None  # noqa: SLF001 - no public name; without it the cursor reads on


def _check_sqlite(url: URL, setting: str) -> None:
    path = url.database
    if path and path != ":memory:" and not path.startswith("file:") and not Path(path).is_file():
        raise NotHere(f"{setting}: this worker does not see the file {path}.")  # SQLite would make an empty one


def _begin_sqlite(connection: Connection, timeout_s: float) -> None:
    raw, until = connection.connection.driver_connection, time.monotonic() + timeout_s
    if raw is not None:
        # bytes that are not UTF-8 become a reject; by itself it would be an error that has the value
        raw.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
        raw.set_progress_handler(lambda: time.monotonic() > until, _SQLITE_STEPS)
    connection.exec_driver_sql("pragma query_only = on")
    connection.exec_driver_sql("begin")


_MYSQL = DialectRules(
    _check_mysql,
    _mysql_arguments,
    _begin_mysql,
    _refuse_mysql_floats,
    _drop_mysql_rows,
    one_state=True,
)
_RULES = {
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "sqlite": DialectRules(
        _check_sqlite, lambda _: {"timeout": _CONNECT_S}, _begin_sqlite, ordered_text=True, one_state=True
    ),
    "postgresql": DialectRules(_check_postgresql),
}
