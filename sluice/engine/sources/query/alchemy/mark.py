"""The watermark of a query through SQLAlchemy: its greatest value is found among the rows that come.

Its value in each row is also written to the landing, as text that sorts by itself: rows that were rejected later must
not count, and their table may have the column in another notation, or not at all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from json.encoder import encode_basestring as quoted
from typing import Any

from sluice.engine.declare import SqlQuery
from sluice.engine.sources.query.alchemy.dialects import DialectRules
from sluice.engine.sources.query.watermark import FROM, OF, REACHED, check_overlap, greatest
from sluice.errors import DataError

MARK = "_sluice_watermark"  # the key of the value in the landing
NUMBER, DAY, TIME, TEXT = "numeric", "date", "timestamp", "text"


class Mark:
    """The watermark of one fetch."""

    def __init__(self, source: SqlQuery, rules: DialectRules, noted: Mapping[str, str]) -> None:
        self.since = noted.get(REACHED)
        self._of = noted.get(OF) if self.since is not None else None
        self._source = source
        self._rules = rules
        self._reached: str | None = None
        if self._of is not None:
            check_overlap(source, self._of)

    def start(self, dialect: str) -> str | None:
        """The value from which rows are fetched, as a literal of SQL; None to fetch all."""
        if self.since is None:
            return None
        text = _earlier(self._of or TEXT, self.since, self._source.overlap)
        if self._of == NUMBER:
            return text
        literal = "'" + text.replace("'", "''") + "'"
        words = {DAY: "date ", TIME: "timestamp "}.get(self._of or TEXT, "")
        return f"{words}{literal}" if dialect == "oracle" else literal

    def cell(self, value: Any) -> str:
        """Take the value of a row; returns it as a pair of JSON."""
        text = self._text(value)
        if text is None:
            return f'"{MARK}": null'
        if self._reached is None or greatest_of(self._of or TEXT, self._reached, text) != self._reached:
            self._reached = text
        return f'"{MARK}": {quoted(text)}'

    def note(self) -> dict[str, str]:
        """The notes for the next fetch: the watermark does not move back if only rows of the overlap came."""
        if self._of is None:
            return {}
        reached = self._reached
        if self.since is not None:
            reached = self.since if reached is None else greatest_of(self._of, self.since, reached)
        came_from = {} if self.since is None else {FROM: self.since}
        return {OF: self._of} | came_from | ({} if reached is None else {REACHED: reached})

    def _text(self, value: Any) -> str | None:
        if value is None or (isinstance(value, float | Decimal) and not math.isfinite(value)):
            return None
        of, text = self._spelled(value)
        if self._of is None:
            self._of = of
            check_overlap(self._source, of)
        if of != self._of:
            raise self._wrong(f"has values of the types {self._of} and {of}")
        return text

    def _spelled(self, value: Any) -> tuple[str, str]:
        if isinstance(value, datetime):
            utc = value if value.utcoffset() is None else value.astimezone(UTC)
            return TIME, utc.isoformat(" ", "microseconds")
        if isinstance(value, date):
            return DAY, value.isoformat()
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            return NUMBER, f"{Decimal(str(value)):f}"
        if isinstance(value, str) and self._rules.ordered_text:
            return TEXT, value
        raise self._wrong(f"is of the type {type(value).__name__}")

    def _wrong(self, what: str) -> DataError:
        return DataError(
            "query_failed",
            f"{self._source.name}: the watermark {self._source.watermark} {what}. It must be a number, a date or a time"
            " (in SQLite also a text), always of one type: cast it in the SELECT; --reload fetches everything.",
        )


def greatest_of(of: str, one: str, other: str) -> str:
    """The greater of two values; the first if they are equal."""
    if of == TEXT:
        return max(one, other)
    return greatest(of, [one, other]) or one


def _earlier(of: str, since: str, overlap: timedelta | int | None) -> str:
    if overlap is None:
        return since
    if of == NUMBER:
        return f"{Decimal(since) - Decimal(int(overlap)):f}" if not isinstance(overlap, timedelta) else since
    length = overlap if isinstance(overlap, timedelta) else timedelta(overlap)
    if of == DAY:
        return (date.fromisoformat(since) - length).isoformat()
    return (datetime.fromisoformat(since) - length).isoformat(" ", "microseconds")
