"""Single records of a CSV file as text: cut out of a part, read as cells, and written with other cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence

import numpy as np

from sluice.engine.formats.csv.dialect import Dialect
from sluice.engine.formats.csv.quotes import Positions
from sluice.engine.formats.csv.records import index_records

_SPECIAL = re.compile('["\r\n]')
_END = "\r\n"  # both, or before Python 3.13 the writer leaves cells with one of them without quotes


def cut_records(data: bytes, lines: Positions, dialect: Dialect) -> list[bytes]:
    """The records, without line ends, that these lines of a part belong to, counted from 0."""
    index = index_records(data, dialect.quotes, final=True)
    at = np.searchsorted(index.lines, lines, side="right") - 1
    spans = zip(index.starts[at].tolist(), index.stops[at].tolist(), strict=True)
    return [data[start:stop] for start, stop in spans]


def read_cells(record: str, dialect: Dialect) -> list[str] | None:
    """The cells of a record, as many as the header has; None where it cannot be split so."""
    if record and not _SPECIAL.search(record):  # nearly all: a twentieth of the time
        cells = record.split(dialect.delimiter)
        return cells if len(cells) == len(dialect.header) else None
    if index_records(record.encode("utf-8", "surrogateescape"), dialect.quotes, final=True).faults:
        return None
    cells = split_cells(record, dialect)
    return cells if len(cells) == len(dialect.header) else None


def split_cells(record: str, dialect: Dialect) -> list[str]:
    """The cells of a record as far as it can be split, however many."""
    try:
        rows = [*csv.reader(io.StringIO(record, newline=""), delimiter=dialect.delimiter)]
    except csv.Error:
        return [record]
    return [cell for row in rows for cell in row]


def with_cells(record: str, cells: Mapping[int, str], dialect: Dialect) -> str:
    """The record with other cells at these places of the header, and after it."""
    old = dict(enumerate(split_cells(record, dialect))) | dict(cells)
    width = max(len(dialect.header), *(at + 1 for at in cells)) if cells else len(old)
    return join_cells([old.get(at, "") for at in range(width)], dialect)


def join_cells(cells: Sequence[str], dialect: Dialect) -> str:
    """A record of these cells, without its line end."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=dialect.delimiter, lineterminator=_END).writerow(cells)
    return text.getvalue().removesuffix(_END)
