"""A snapshot of the database, and tables copied out of it.

COPY runs in a thread of its own: psycopg2 does not react to Ctrl-C while it waits for the server, and the writer of
Parquet reads while COPY writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from typing import BinaryIO

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from sluice.engine.database.connection import connect, translate
from sluice.engine.database.session import schema_and_name
from sluice.engine.database.statements import statements
from sluice.engine.tables.catalog import columns_of, table_identifier
from sluice.errors import ConfigError

query = statements(__name__)

Columns = dict[str, str]
# an export has no time limit, and reads the rows in the order of the table's file
_PATIENT = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0", "synchronize_seqscans": "off"}


class Snapshot:
    """A read-only transaction in which all tables are of the same moment. `columns` is table -> name -> type."""

    def __init__(self, connection: Connection, columns: dict[str, Columns]) -> None:
        self._connection = connection
        self.columns = columns

    @contextmanager
    def copying(
        self, statement: str, table: str, columns: Iterable[str], order: Sequence[str], sink: BinaryIO
    ) -> Iterator[Future[int]]:
        """COPY a table as CSV by `statement` into `sink`, which is closed then; the future has the number of rows.

        Leaving the block before that, by an error or Ctrl-C, cancels it.
        """
        copy = _filled(statement, table, columns, order).as_string(self._connection)
        with ThreadPoolExecutor(1, "copy") as threads:
            copying = threads.submit(self._copy, copy, sink)
            try:
                yield copying
            except BaseException:
                with suppress(psycopg2.Error):  # the connection may be broken
                    self._connection.cancel()
                raise

    def _copy(self, statement: str, sink: BinaryIO) -> int:
        try:
            with sink, self._connection.cursor() as cursor:
                cursor.copy_expert(statement, sink)
                return cursor.rowcount
        except psycopg2.Error as error:
            raise translate(error) from error


@contextmanager
def snapshot(tables: Sequence[str]) -> Iterator[Snapshot]:
    """A snapshot of these tables, for as long as the block lasts.

    Raises ConfigError for a table that is not there or may not be read, DatabaseAway.
    """
    opened = connect("export")
    with closing(opened.connection) as connection:
        try:
            with opened.transaction(opened.begin()) as cursor:
                columns = {table: columns_of(cursor, table) for table in tables}
            known = {table: _there(table, of) for table, of in columns.items()}
            names = sql.SQL(", ").join(map(table_identifier, known))
            begun = opened.begin(opened.session.also(repeatable=True, read_only=True, **_PATIENT))
            begun.execute(sql.SQL(query("lock")).format(tables=names))
        except psycopg2.Error as error:
            raise translate(error) from error
        yield Snapshot(connection, known)


def _there(table: str, columns: Columns | None) -> Columns:
    if columns is None:
        raise ConfigError(
            f"This database has no table {table} yet: `sluice migrate` makes it, `sluice run` also fills it."
        )
    return columns


def _filled(statement: str, table: str, columns: Iterable[str], order: Sequence[str]) -> sql.Composed:
    # under the table's name: the bare name of a lone column is what is written of it, which is text
    keys = sql.SQL(", ").join(sql.Identifier(schema_and_name(table)[1], name) for name in order)
    return sql.SQL(query(statement)).format(
        table=table_identifier(table),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        order=sql.SQL("order by {}").format(keys) if order else sql.SQL(""),
    )
