"""The rows of a query as a source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sluice.engine.declare.sources.database_query import DatabaseQuery


@dataclass(frozen=True)
class PostgresQuery(DatabaseQuery):
    """The rows of one SELECT in another PostgreSQL, fetched by every run.

    `database` is the name of the setting with its URL, `SLUICE_..._URL`, or `SLUICE_..._URL_FILE` for a file with it.
    The result's column names are the headers. Numbers are exact, and a timestamptz is in UTC, for
    `Timestamp(*PostgresQuery.TIMES)`. Null is an empty cell, and an empty text a quoted one: both are null in the
    table.

    With `watermark`, a column of the result (a number, date, timestamp or text), a run fetches only rows where it is
    greater than in all rows that were loaded before. `overlap` fetches that much again (a timedelta for times, a whole
    number for numbers, either for dates), for rows that were committed late or have the same value. Rows where it is
    null are fetched the first time only. The query then must not have a LIMIT. With `snapshot=True` the result is the
    whole: other rows are deleted from the table. `statement_timeout_s` limits the query and the transfer of its rows.
    """

    TIMES: ClassVar = ("%Y-%m-%d %H:%M:%S+00", "%Y-%m-%d %H:%M:%S.%f+00")
