"""Where the table of a CSV file begins: its delimiter, the lines before its header, and whether it has a header.

It is found from the first records by what is alike in most of them, so it does not depend on their order.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sluice.engine.formats.csv.dialect import DELIMITERS
from sluice.engine.formats.csv.quotes import QuoteRules
from sluice.engine.formats.csv.records import index_records

_MOST, _LOOKED_AT = 2_000, 40  # records; of these the first where a header may be
_TYPED = 0.8  # of a column's cells have digits: then it is a column of numbers, dates or codes
_WORDS = 4  # letters that a number, a date or a time may have: GMT, EUR, Jan
_LETTER = re.compile(r"[^\W\d_]")
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Record:
    """A record: the line where it begins, counted from 0, and its fields."""

    line: int
    fields: list[str]


@dataclass(frozen=True)
class TableLayout:
    """`skip` lines come before the table; `header` is None for a table without one; `width` is its number of columns.

    `before` is the text of the first lines that are skipped. `declared` are the names of a header that has one name
    less than the rows have fields, with an empty one for the last.
    """

    delimiter: str
    skip: int
    header: tuple[str, ...] | None
    width: int
    share: float
    before: tuple[str, ...] = ()
    declared: tuple[str, ...] = ()


def find_table(head: bytes, *, whole: bool, delimiter: str | None = None, header: bool | None = None) -> TableLayout:
    """The layout of the first bytes of a file, which are UTF-8 without a byte order mark; `whole` if they are all.

    `header` says whether there is one, where that is known.
    """
    found = [_layout(head, each, whole, header) for each in ((delimiter,) if delimiter else DELIMITERS)]
    return max(
        found, key=lambda each: (each.width > 1, each.share > 0.5, each.header is not None, each.share, each.width)
    )


def _layout(head: bytes, delimiter: str, whole: bool, wanted: bool | None) -> TableLayout:
    records = _records(head, delimiter, whole)
    named = bool(records and records[0].fields and records[0].fields[0].startswith("sep="))
    if named:
        records = records[1:]  # Excel's line for the delimiter
    if not records:
        return TableLayout(delimiter, 0, None, 0, 0.0)
    counts = Counter(len(each.fields) for each in records)
    # of two widths that are as frequent the larger: three lines of preamble, three rows
    width = max(counts, key=lambda each: (counts[each] if each > 1 else counts[each] / 2, each))
    of_width = [i for i, each in enumerate(records) if len(each.fields) == width]
    at = None if wanted is False else _header(records, of_width, sure=bool(wanted))
    first = of_width[0] if at is None else at
    rows = [each for each in records[first:] if len(each.fields) == width]
    share = len(rows) / len(records[first:])
    clean = not any('"' in field for field in records[first].fields)
    names = None if at is None else tuple(field.strip() for field in records[at].fields)
    short = _short_header(records, of_width) if at is None and wanted is not False else ()
    # a run leaves that line out by itself, and other files may not have it
    skip = 0 if named and first == 0 and not short else records[first].line
    before = tuple(line for line in head.decode("utf-8", "replace").splitlines()[:skip] if line.strip())
    return TableLayout(delimiter, skip if before else 0, names, width, share if clean else share / 2, before, short)


def _records(head: bytes, delimiter: str, whole: bool) -> list[Record]:
    index = index_records(head, QuoteRules(delimiter), final=whole)
    records = []
    for start, stop, line in list(zip(index.starts.tolist(), index.stops.tolist(), index.lines.tolist(), strict=True))[
        :_MOST
    ]:
        text = head[start:stop].decode("utf-8", "replace")
        try:
            fields = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        except csv.Error:
            continue
        records.append(Record(line, fields))
    return records


def _header(records: Sequence[Record], of_width: Sequence[int], *, sure: bool) -> int | None:
    """Which record is the header; None if the first one of this width is a row like the others."""
    for at in of_width[:_LOOKED_AT] if of_width[0] else of_width[:1]:
        below = [records[i].fields for i in of_width if i > at]
        if sure or is_header(records[at].fields, below):
            return at
        if at == of_width[0] and sum(map(bool, records[at].fields)) * 2 > len(records[at].fields):
            return None
    return None


def _short_header(records: Sequence[Record], of_width: Sequence[int]) -> tuple[str, ...]:
    """The names above the first row, if they are one less than its fields: rows with a delimiter at their end."""
    first = of_width[0]
    if not first or len(records[first - 1].fields) != len(records[first].fields) - 1:
        return ()
    names = [*records[first - 1].fields, ""]
    return tuple(name.strip() for name in names) if is_header(names, [records[i].fields for i in of_width]) else ()


def is_header(names: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a record names the columns of the records below it: it differs in kind from the cells of a column, or in
    a table of texts it has different short names that the columns do not have as values."""
    named = [name.strip() for name in names]
    if not any(named) or any(len(name) > _LONGEST_NAME for name in named):
        return False
    columns = [[row[i].strip() for row in below if row[i].strip()] for i in range(len(named))]
    typed = [i for i, cells in enumerate(columns) if cells and sum(map(_is_typed, cells)) >= _TYPED * len(cells)]
    if _are_years([named[i] for i in typed if named[i] and _is_typed(named[i])]):
        return True
    if any(named[i] and _is_typed(named[i]) for i in typed):
        words = [i for i in typed if named[i] and not _is_typed(named[i])]
        return 2 * len(words) > len(typed)
    if any(named[i] for i in typed):
        return True
    filled = [name for name in named if name]
    return len(set(filled)) == len(filled) > len(named) / 2 and not any(
        name in cells for name, cells in zip(named, columns, strict=True) if name
    )


def _are_years(names: Sequence[str]) -> bool:
    """Whether the names of columns are years, one after the other: 2019, 2020, 2021."""
    years = [int(name) if re.fullmatch("(19|20)[0-9]{2}", name) else 0 for name in names]
    return len(years) > 1 and all(years) and all(later - year == 1 for year, later in pairwise(years))


def _is_typed(cell: str) -> bool:
    """Whether it may be a number, a date or a code, and is not a name."""
    return any(map(str.isdigit, cell)) and len(_LETTER.findall(cell)) <= _WORDS and not cell[0].isalpha()
