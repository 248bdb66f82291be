"""What queries of databases have in common: the setting with the URL, a watermark or a snapshot, and a time limit."""

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
class DatabaseQuery(Declaration):
    """The rows of one SELECT of a database. Subclasses say what is read, and how rows are limited there."""

    limits: ClassVar[str] = "LIMIT, OFFSET or FETCH"

    sql: str
    _: KW_ONLY
    name: str
    database: str
    watermark: str | None = None
    overlap: timedelta | int | None = None
    snapshot: bool = False
    statement_timeout_s: float = 600

    def __post_init__(self) -> None:
        kind = type(self).__name__
        check_identifier(kind, self.name)
        mistakes = list(self._mistakes())
        if mistakes:
            raise ConfigError(f"{kind} {self.name!r}: " + " ".join(mistakes))

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
        if self.watermark is not None and (clause := self.limiting_clause()):
            yield (
                f"A query with a watermark must not have {self.limits}, and this one has {clause.upper()}:"
                " rows that it leaves out would never be fetched once the watermark is past them. Leave it out, as a"
                " fetch can have any number of rows; or leave out watermark."
            )
        yield from self._mistakes_of_overlap()
        if not self.statement_timeout_s > 0:
            seconds = self.statement_timeout_s
            yield f"statement_timeout_s must be a number of seconds greater than 0, not {seconds!r}."

    def _mistakes_of_overlap(self) -> Iterator[str]:
        if self.overlap is None:
            return
        if self.watermark is None:
            yield "overlap needs a watermark: declare its column, watermark='updated_at'."
        if isinstance(self.overlap, bool) or not isinstance(self.overlap, timedelta | int):
            yield "overlap must be a timedelta, or a whole number where the watermark is a number or a date."
        elif (self.overlap.days if isinstance(self.overlap, timedelta) else self.overlap) < 0:
            yield "overlap must not be negative: rows would be skipped."

    def limiting_clause(self) -> str | None:
        """The clause of the outermost SELECT that limits its rows; None if there is none."""
        return limits_rows(self.query)

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
