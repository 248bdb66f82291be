"""The rows of a query of any database as a source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from sluice.engine.declare.sources.database_query import DatabaseQuery

_TOP = re.compile(r"\s*select\s+(?:(?:all|distinct)\s+)?top\b", re.IGNORECASE)


@dataclass(frozen=True)
class SqlQuery(DatabaseQuery):
    """The rows of one SELECT in a database that SQLAlchemy knows, fetched by every run: MySQL, MariaDB, SQLite, SQL
    Server, Oracle and others. Of PostgreSQL use `PostgresQuery`.

    It needs `pip install 'sluice-etl[sql]'` and the driver of the database, where workers run. `database` is the name
    of the setting with SQLAlchemy's URL, such as `mysql+pymysql://reader:...@shop.example/shop`. The result's column
    names are the headers. Decimals and whole numbers keep their digits; dates and times are written for the declared
    column; null and an empty text are null.

    With `watermark`, a column of the result (a number, date or time; in SQLite also a text), a run fetches only rows
    where it is greater than in all rows that were loaded before. `overlap` fetches that much again; rows where it is
    null come the first time only. The query then must not have a LIMIT. With `snapshot=True` the result is the whole:
    other rows are deleted from the table. `statement_timeout_s` limits the query and the transfer of its rows.
    """

    limits: ClassVar[str] = "LIMIT, OFFSET, FETCH or TOP"

    def limiting_clause(self) -> str | None:
        """As of `DatabaseQuery`, with TOP of SQL Server."""
        return "top" if _TOP.match(self.query) else super().limiting_clause()
