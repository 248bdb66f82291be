"""The watermark of a source: the greatest value of its column among the loaded rows.

Rejected rows do not count, and neither do values that are not finite: nothing would be greater than infinity or NaN.
The greatest value of a fetch is computed by the source's own database. If rows were rejected, it is computed from the
other rows in the landing, once, before the next fetch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import Column, PostgresQuery, SqlQuery, Table
from sluice.engine.formats.known import parse_text
from sluice.engine.ledger.inputs.shared import note_fetched
from sluice.engine.rows.contract import Contract
from sluice.engine.sources.fetch import Noted
from sluice.engine.storage import read_range
from sluice.engine.types import Text
from sluice.errors import DataError, NotHere

query = statements(__name__)

REACHED, OF, FROM, JUDGED = "reached", "of", "from", "judged"
_OLD = "since"  # as version 0.1.0 noted it, with the overlap subtracted

NUMBER, TIME, DAY, TEXT = "number", "time", "day", "text"
KINDS = {
    "smallint": NUMBER, "integer": NUMBER, "bigint": NUMBER, "numeric": NUMBER, "real": NUMBER,
    "double precision": NUMBER, "date": DAY, "timestamp": TIME, "timestamptz": TIME, "text": TEXT,
}  # fmt: skip
# the types of columns by their OIDs, which are the same in every PostgreSQL
TYPES = {
    21: "smallint", 23: "integer", 20: "bigint", 1700: "numeric", 700: "real", 701: "double precision", 1082: "date",
    1114: "timestamp", 1184: "timestamptz", 25: "text", 1043: "text", 1042: "text",
}  # fmt: skip
_ENDLESS = {"nan", "infinity", "-infinity"}
_TIME = re.compile(r"(\d+)-(.*?)( BC)?")


def is_finite(value: str) -> bool:
    """Whether something can be greater than a value, written as PostgreSQL writes it."""
    return value.lower() not in _ENDLESS


def reached_in(note: Mapping[str, str], of: str) -> str | None:
    """The value up to which a column of the type `of` was loaded; None without a valid one."""
    reached = note.get(REACHED, note.get(_OLD))
    return reached if reached is not None and is_finite(reached) and note.get(OF, of) == of else None


def check_overlap(source: PostgresQuery | SqlQuery, of: str) -> None:
    """Raise DataError unless the overlap can be subtracted from the watermark."""
    kind, overlap = KINDS[of], source.overlap
    fits = kind != TEXT and (kind == DAY or isinstance(overlap, timedelta) == (kind == TIME))
    if overlap is not None and not fits:
        raise DataError(
            "query_failed",
            f"{source.name}: the watermark {source.watermark} is of the type {of}, from which overlap={overlap!r}"
            " cannot be taken: a timedelta goes with times, a whole number with numbers, either with dates, none with"
            " text.",
        )


def greatest(of: str, values: Iterable[str]) -> str | None:
    """The greatest finite value of a type, in PostgreSQL's order; None without values.

    Raises LookupError for text, whose order only the column's own database knows.
    """
    order = _ORDERS[KINDS[of]]
    return max((value for value in values if value and is_finite(value)), key=order, default=None)


def _time_order(value: str) -> tuple[int, str]:
    """Times in ISO, all of one zone: within a year their text has their order."""
    match = _TIME.fullmatch(value)
    if match is None:
        raise LookupError(value)
    year = int(match[1])
    return (1 - year if match[3] else year), match[2]


_ORDERS: dict[str, Callable[[str], Any]] = {NUMBER: Decimal, TIME: _time_order, DAY: _time_order}


def as_loaded(header: str, noted: Noted, beat: Callable[[], None]) -> Mapping[str, str]:
    """The notes of a fetch, reduced to its loaded rows: stored in the ledger if they differ.

    `header` is that of the watermark's column in the landing."""
    note = noted.note
    if not noted.rejected or REACHED not in note or JUDGED in note:
        return note
    try:
        loaded = greatest(note[OF], _loaded_values(header, noted, beat))
    except (LookupError, NotHere, DataError):  # it cannot be determined any more: that fetch's rows are fetched again
        loaded = None
    judged = {name: note[name] for name in (OF, FROM) if name in note} | {JUDGED: "yes"}
    reached = greater(note[OF], loaded, note.get(FROM))
    if reached is not None:
        judged[REACHED] = reached
    with transaction() as cursor:
        note_fetched(cursor, noted.input, judged)
    return judged


def greater(of: str, one: str | None, other: str | None) -> str | None:
    """The greater of two values; of texts, the first that is not None."""
    present = [value for value in (one, other) if value is not None]
    if len(present) < 2 or KINDS[of] == TEXT:
        return next(iter(present), None)
    return greatest(of, present)


def _loaded_values(watermark: str, noted: Noted, beat: Callable[[], None]) -> Iterator[str]:
    """The watermark's values in the rows of an input that were not rejected.

    Raises LookupError if rejects or parts were purged, NotHere if the copy was.
    """
    only = Contract(Table("watermark", ["mark"], [Column("mark", Text(), header=watermark, required=True)]))
    with transaction() as cursor:
        cursor.execute(query("rejected_lines"), {"input": noted.input})
        lines = np.fromiter((line for (line,) in cursor), np.int64)
        cursor.execute(query("parts_of_input"), {"input": noted.input})
        parts = cursor.fetchall()
    if len(lines) != noted.rejected or not parts or noted.landed is None:
        raise LookupError(noted.input)
    for start, length, first_line, read, overlong, well_quoted in parts:
        beat()
        if overlong:  # one record, which was rejected
            continue
        data, _ = read_range(noted.landed, start, length)
        as_planned = {"first_line": first_line, "read": read, "well_quoted": well_quoted}
        rows = parse_text(data, noted.dialect, only, **as_planned).rows
        loaded = rows.filter(~np.isin(rows["_line"].to_numpy(), lines))
        yield from loaded[watermark].drop_null().unique().to_pylist()
