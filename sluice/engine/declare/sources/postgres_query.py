"""What a query gives, as a source."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from datetime import timedelta
from typing import ClassVar

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.names import SETTING, check_identifier
from sluice.engine.declare.sources.sql_text import limits_rows
from sluice.errors import ConfigError


@dataclass(frozen=True)
class PostgresQuery(Declaration):
    """The rows of one SELECT in another PostgreSQL, fetched anew by every run.

    `database` is the name of the setting with its URL, `SLUICE_..._URL`, or `SLUICE_..._URL_FILE` for a file that
    holds it. The result's column names are the headers. Every number comes as PostgreSQL has it, and a timestamptz in
    UTC: `Timestamp(*PostgresQuery.TIMES)` reads it. Null comes as an empty cell, and an empty text as a quoted one:
    both are null in the table.

    With `watermark`, a column of the result (a number, date, timestamp or text), a run asks only for rows where it is
    greater than in all rows that were loaded before; `overlap` goes back by so much (a timedelta for times, a whole
    number for numbers, either for dates), for rows that were committed late or have the same value. Rows where it is
    null come the first time only. The query then has no LIMIT. With `snapshot=True` the result is the whole:
    rows that it does not have are gone from the table. `statement_timeout_s` is for the query and its rows' travel.
    """

    TIMES: ClassVar = ("%Y-%m-%d %H:%M:%S+00", "%Y-%m-%d %H:%M:%S.%f+00")

    sql: str
    _: KW_ONLY
    name: str
    database: str
    watermark: str | None = None
    overlap: timedelta | int | None = None
    snapshot: bool = False
    statement_timeout_s: float = 600

    def __post_init__(self) -> None:
        check_identifier("PostgresQuery", self.name)
        mistakes = list(self._mistakes())
        if mistakes:
            raise ConfigError(f"PostgresQuery {self.name!r}: " + " ".join(mistakes))

    def _mistakes(self) -> Iterator[str]:
        if not self.sql.strip(" \t\r\n;"):
            yield "It has no SQL: write one SELECT."
        if not SETTING.fullmatch(self.database):
            yield (
                "database is the name of a setting such as SLUICE_SHOP_DATABASE_URL, so that no password"
                " stands in a pipeline's file."
            )
        if self.watermark is not None and self.snapshot:
            yield "A snapshot is always fetched whole: leave out watermark, or snapshot."
        if self.watermark is not None and (clause := limits_rows(self.query)):
            yield (
                f"A query with a watermark must have no LIMIT, OFFSET or FETCH, and this one has {clause.upper()}: the"
                " rows that it leaves out would never come once the watermark is past them. Leave it out, since a"
                " fetch takes any number of rows; or leave out watermark."
            )
        yield from self._mistakes_of_overlap()
        if not self.statement_timeout_s > 0:
            yield "statement_timeout_s is a number of seconds above 0."

    def _mistakes_of_overlap(self) -> Iterator[str]:
        if self.overlap is None:
            return
        if self.watermark is None:
            yield "overlap goes back from a watermark: say which column, watermark='updated_at'."
        if isinstance(self.overlap, bool) or not isinstance(self.overlap, timedelta | int):
            yield "overlap must be a timedelta, or a whole number where the watermark is a number or a date."
        elif (self.overlap.days if isinstance(self.overlap, timedelta) else self.overlap) < 0:
            yield "overlap must not be negative: rows would be left out."

    @property
    def reading(self) -> dict[str, object]:
        """What decides which rows come: another query is another contract, and is fetched from the beginning."""
        asked = f"{self.query}\n{self.watermark}"
        return {"query": hashlib.sha256(asked.encode()).hexdigest()[:16]}

    @property
    def query(self) -> str:
        """The SELECT without what may stand behind it."""
        return self.sql.strip().rstrip("; \t\r\n")

    @property
    def settings(self) -> tuple[str, ...]:
        """The names of the settings that it needs."""
        return (self.database,)
