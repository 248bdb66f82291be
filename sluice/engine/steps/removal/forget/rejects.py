"""Refused rows with a forgotten value: found by their column, as rows of files are, and by their texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import stream
from sluice.engine.database.statements import statements
from sluice.engine.formats.known import Record, records_of
from sluice.engine.formats.text.header import plain
from sluice.engine.steps.removal.forget.wanted import Wanted, parse_cells

query = statements(__name__)

AT_ONCE = 5_000


class _Text(NamedTuple):
    table: str
    input: int
    line: int
    record: str
    masked: list[str] | None


@dataclass
class FoundRejects:
    """Refused rows with the value. `unknown` are rows whose records lack the column: it is personal data."""

    places: set[tuple[int, int]] = field(default_factory=set)
    unknown: int = 0


def forget_rejects(cursor: Cursor, values: Sequence[Wanted], pattern: str | None) -> tuple[int, int, int]:
    """Delete the texts of refused and of replayed rows that have a value. Returns how many of each, and how many others
    may have it, since their texts lack the column."""
    found = _by_column(cursor, values)
    if pattern is not None:
        cursor.execute(query("naming_rejects"), {"pattern": pattern})
        found.places |= set(cursor.fetchall())
    if not found.places:
        return 0, 0, found.unknown
    inputs, lines = zip(*sorted(found.places), strict=True)
    places = {"inputs": [*inputs], "lines": [*lines]}
    cursor.execute(query("forget_rejects"), places)
    refused = cursor.rowcount
    cursor.execute(query("forget_replayed"), places)
    return refused, cursor.rowcount, found.unknown


def _by_column(cursor: Cursor, values: Sequence[Wanted]) -> FoundRejects:
    found = FoundRejects()
    with stream(cursor, "kept_rejects_of_all") as rows:
        rows.itersize = AT_ONCE
        rows.execute(query("kept_rejects"))
        for number, texts in groupby((_Text(*row) for row in rows), key=lambda each: each.input):
            records = _records(cursor, number)
            while some := [*islice(texts, AT_ONCE)]:
                _look(some, records, values, found)
    return found


def _records(cursor: Cursor, number: int) -> Record | None:
    cursor.execute(query("dialects"), {"input": number})
    (dialect,) = cursor.fetchone() or (None,)
    return None if dialect is None else records_of(dialect)


def _look(texts: Sequence[_Text], records: Record | None, values: Sequence[Wanted], found: FoundRejects) -> None:
    for value in values:
        mine = [each for each in texts if each.table == value.table.name]
        place = None if records is None else _place(records, value)
        if records is None or place is None:
            continue
        read = [(each, cell) for each in mine if (cell := _cell(each, records, place)) is not None]
        found.unknown += sum(records.header[place] in (each.masked or ()) for each in mine)
        texts_of = parse_cells(value.column, [cell for _, cell in read]) if read else []
        found.places |= {
            (each.input, each.line) for (each, _), text in zip(read, texts_of, strict=True) if text == value.text
        }


def _place(records: Record, value: Wanted) -> int | None:
    header = [plain(name) for name in records.header]
    name = plain(value.column.header_name)
    return header.index(name) if name in header else None


def _cell(text: _Text, records: Record, place: int) -> str | None:
    cells: list[Any] | None = records.cells(text.record)
    return cells[place] if cells is not None and place < len(cells) else None


def scrubs() -> Iterator[str]:
    """The statements that take values out of what else the ledger says."""
    for name in ("inputs", "runs", "steps", "ticks", "builds", "statistics"):
        yield query(f"scrub_{name}")
