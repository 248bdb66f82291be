"""A part's bytes into text columns with line numbers, and rejects: together as many as plan counted.

The fast path needs no index: if the part has as many physical lines as plan counted records, every line is one record,
and quoted line breaks and blank lines are counted. A fault in the quotes, a NUL, bytes that are not UTF-8 or a record
near the limit require the slow path: records are indexed, bad ones excluded, and the others read as before.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sluice.engine.formats.csv.columns import TextColumns, read_columns
from sluice.engine.formats.csv.dialect import Dialect
from sluice.engine.formats.csv.quotes import Positions
from sluice.engine.formats.csv.records import RecordIndex, count_lines, index_records, record_lines
from sluice.engine.formats.csv.rejects import ragged, repeated_header
from sluice.engine.formats.csv.repeated import repeated_headers
from sluice.engine.formats.csv.screen import all_text, near_limit, screen
from sluice.engine.formats.text.header import LINE, HeaderMatch
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.parsed import ParsedPart
from sluice.engine.formats.text.rejects import RowReject
from sluice.errors import PermanentError


def parse_part(
    data: bytes,
    *,
    dialect: Dialect,
    match: HeaderMatch,
    first_line: int,
    read: int,
    well_quoted: bool = False,
    limits: Limits | None = None,
) -> ParsedPart:
    """Parse the bytes of one part; `first_line`, `read` and `well_quoted` are as planned.

    Raises PermanentError if rows and rejects together are not the records that plan counted.
    """
    limits = limits or Limits()
    refused: list[RowReject] = []
    well_quoted = well_quoted or dialect.quotes.without_signs(data)
    lines = _lines(data, read, dialect, limits) if well_quoted and all_text(data) else None
    if lines is not None:
        _check_books(first_line, read, len(lines))
        lines, kept = lines + first_line, data
    else:
        index = index_records(data, dialect.quotes, final=True)
        _check_books(first_line, read, index.counted.records)
        refused, good = screen(data, index, dialect, limits, first_line)
        lines, kept = first_line + index.lines[good], _join(data, index, good)
    requested = sorted({at for at in match.positions.values() if at is not None})
    text = read_columns(kept, dialect.quotes, len(dialect.header), requested)
    _check_books(first_line, len(lines), text.rows + len(text.ragged))
    refused += [ragged(row.raw, int(lines[row.at]), row.fields, dialect) for row in text.ragged]
    lines = np.delete(lines, [row.at for row in text.ragged])
    headers = repeated_headers(text, kept, dialect)
    refused += [repeated_header(record, int(lines[row])) for row, record in headers]
    rows = _table(text, lines, match)
    if headers:
        kept_rows = np.delete(np.arange(text.rows), [row for row, _ in headers])
        rows = rows.take(pa.array(kept_rows)).combine_chunks()
    return ParsedPart(rows, sorted(refused, key=lambda reject: reject.line))


def _lines(data: bytes, read: int, dialect: Dialect, limits: Limits) -> Positions | None:
    """The line of each record, counted from 0; None if the records have to be looked at one by one."""
    if count_lines(data) == read and not near_limit(data, limits):
        return np.arange(read)  # every line is one record
    return record_lines(data, dialect.quotes, longest=limits.max_record_bytes)


def _join(data: bytes, index: RecordIndex, good: npt.NDArray[np.bool_]) -> bytes:
    """The bytes of the good records: consecutive ones in one piece, with the blank lines between them."""
    if good.all():
        return data
    change = np.flatnonzero(np.diff(good, prepend=False, append=False))
    firsts, lasts = change[0::2], change[1::2] - 1
    runs = zip(index.starts[firsts].tolist(), index.ends[lasts].tolist(), strict=True)
    return b"".join(data[start:end] for start, end in runs)


def _table(text: TextColumns, lines: Positions, match: HeaderMatch) -> pa.Table:
    absent = pa.nulls(text.rows, pa.string())
    columns = [absent if at is None else text.columns[at] for at in match.positions.values()]
    return pa.table([*columns, pa.array(lines, pa.int64())], [*match.positions, LINE])


def _check_books(first_line: int, planned: int, parsed: int) -> None:
    if planned != parsed:
        raise PermanentError(
            f"The record counts of the part at line {first_line} differ: plan counted {planned} records, the "
            f"parser found {parsed}. Nothing of it is loaded. The two disagree about the file's quotes or line "
            "ends: please report this with the part's bytes."
        )
