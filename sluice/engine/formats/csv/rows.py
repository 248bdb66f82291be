"""Single records of a CSV file as text: cut out of a part, read as cells, and written with other cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np

from sluice.engine.formats.csv.dialect import Dialect
from sluice.engine.formats.csv.fields import all_fields, rules_of_python
from sluice.engine.formats.csv.quotes import Positions, QuoteRules
from sluice.engine.formats.csv.records import index_records
from sluice.engine.formats.text.rejects import excerpt
from sluice.errors import ConfigError

_END = "\r\n"  # both, or before Python 3.13 the writer leaves cells with one of them without quotes


def cut_records(data: bytes, lines: Positions, dialect: Dialect) -> list[bytes]:
    """The records, without line ends, that these lines of a part belong to, counted from 0."""
    index = index_records(data, dialect.quotes, final=True)
    at = np.searchsorted(index.lines, lines, side="right") - 1
    spans = zip(index.starts[at].tolist(), index.stops[at].tolist(), strict=True)
    return [data[start:stop] for start, stop in spans]


def read_cells(record: str, dialect: Dialect) -> list[str] | None:
    """The cells of a record, as many as the header has; None where it cannot be split so."""
    if record and not _special(dialect.quotes).search(record):  # nearly all: a twentieth of the time
        cells = record.split(dialect.delimiter)
        return cells if len(cells) == len(dialect.header) else None
    if index_records(record.encode("utf-8", "surrogateescape"), dialect.quotes, final=True).faults:
        return None
    cells = split_cells(record, dialect)
    return cells if len(cells) == len(dialect.header) else None


def split_cells(record: str, dialect: Dialect) -> list[str]:
    """The cells of a record as far as it can be split, however many."""
    try:
        return [cell for row in all_fields(record, dialect.quotes) for cell in row]
    except csv.Error:
        return [record]


def with_cells(record: str, cells: Mapping[int, str], dialect: Dialect) -> str:
    """The record with other cells at these places of the header, and after it."""
    old = dict(enumerate(split_cells(record, dialect))) | dict(cells)
    width = max(len(dialect.header), *(at + 1 for at in cells)) if cells else len(old)
    return join_cells([old.get(at, "") for at in range(width)], dialect)


def join_cells(cells: Sequence[str], dialect: Dialect) -> str:
    """A record of these cells, without its line end. Raises ConfigError for a cell that the dialect cannot write."""
    text = io.StringIO(newline="")
    try:
        csv.writer(text, lineterminator=_END, **rules_of_python(dialect.quotes)).writerow(cells)
    except csv.Error as error:
        raise ConfigError(
            f"A value has a delimiter or a line break in it, and the source declares neither a quote nor an escape"
            f" character to write it with: {excerpt(next(filter(_is_special(dialect), cells), ''))!r}."
        ) from error
    return text.getvalue().removesuffix(_END)


def _is_special(dialect: Dialect) -> Callable[[str], bool]:
    return lambda cell: any(sign in cell for sign in (dialect.delimiter, "\r", "\n"))


@cache
def _special(rules: QuoteRules) -> re.Pattern[str]:
    return re.compile(f"[\r\n{re.escape((rules.quote or '') + (rules.escape or ''))}]")
