"""The rows of a query of any database as a source."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from datetime import timedelta

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.names import SETTING, check_identifier
from sluice.engine.declare.sources.sql_text import limits_rows
from sluice.errors import ConfigError

_TOP = re.compile(r"\s*select\s+(?:(?:all|distinct)\s+)?top\b", re.IGNORECASE)


@dataclass(frozen=True)
class SqlQuery(Declaration):
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

    sql: str
    _: KW_ONLY
    name: str
    database: str
    watermark: str | None = None
    overlap: timedelta | int | None = None
    snapshot: bool = False
    statement_timeout_s: float = 600

    def __post_init__(self) -> None:
        check_identifier("SqlQuery", self.name)
        mistakes = list(self._mistakes())
        if mistakes:
            raise ConfigError(f"SqlQuery {self.name!r}: " + " ".join(mistakes))

    def _mistakes(self) -> Iterator[str]:
        if not self.query:
            yield "sql must not be empty: write one SELECT."
        if not SETTING.fullmatch(self.database):
            yield (
                "database must be the name of a setting such as SLUICE_SHOP_DATABASE_URL: a pipeline's file must not"
                " have a password."
            )
        if self.watermark is not None and self.snapshot:
            yield "snapshot and watermark exclude each other: a snapshot is always fetched whole."
        if self.watermark is not None and (clause := "top" if _TOP.match(self.query) else limits_rows(self.query)):
            yield (
                f"A query with a watermark must not have LIMIT, OFFSET, FETCH or TOP, and this has {clause.upper()}:"
                " rows that it leaves out would never be fetched once the watermark is past them. Leave out either."
            )
        if self.overlap is not None and self.watermark is None:
            yield "overlap needs a watermark: declare its column, watermark='updated_at'."
        if isinstance(self.overlap, bool) or (self.overlap is not None and not self._is_positive):
            yield "overlap must be a timedelta or a whole number, and not negative: rows would be skipped."
        if not self.statement_timeout_s > 0:
            seconds = self.statement_timeout_s
            yield f"statement_timeout_s must be a number of seconds greater than 0, not {seconds!r}."

    @property
    def _is_positive(self) -> bool:
        days = self.overlap.days if isinstance(self.overlap, timedelta) else self.overlap
        return days is not None and days >= 0

    @property
    def reading(self) -> dict[str, object]:
        """A hash of the query: another query is another contract, and is fetched from the beginning."""
        text = f"{self.query}\n{self.watermark}"
        return {"query": hashlib.sha256(text.encode()).hexdigest()[:16]}

    @property
    def query(self) -> str:
        """The SELECT without trailing semicolons."""
        return self.sql.strip().rstrip("; \t\r\n")

    @property
    def settings(self) -> tuple[str, ...]:
        """The names of the settings that it needs."""
        return (self.database,)
