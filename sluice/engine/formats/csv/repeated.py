"""Repeated headers among the rows, as in concatenated files: not data.

A row repeats the header when all of its fields do, without regard to case, surrounding blanks and byte order marks.
Candidates are found by the lengths and first bytes of one column's cells.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sluice.engine.formats.csv.columns import TextColumns
from sluice.engine.formats.csv.dialect import Dialect
from sluice.engine.formats.csv.fields import first_fields
from sluice.engine.formats.csv.quotes import Positions
from sluice.engine.formats.csv.records import index_records
from sluice.engine.formats.text.header import plain

_LETTER = 0x20  # the bit that differs between upper-case and lower-case ASCII letters
_NOT_ASCII = 0x80


def repeated_headers(text: TextColumns, data: bytes, dialect: Dialect) -> list[tuple[int, bytes]]:
    """The rows of `text`, counted from 0, that repeat the header, each with its record; `data` has all records."""
    names = [plain(name) for name in dialect.header]
    longest = max(text.columns, key=lambda at: len(names[at]), default=None)
    if longest is None or not any(names) or dialect.header_once:
        return []
    rows = _alike(text.columns[longest], names[longest])
    rows = np.array([row for row in rows.tolist() if _is_header(text, row, names)], np.int64)
    if not rows.size:
        return []
    index = index_records(data, dialect.quotes, final=True)
    at = np.delete(np.arange(index.starts.size), [row.at for row in text.ragged])[rows]
    records = [data[index.starts[i] : index.stops[i]] for i in at.tolist()]
    return [pair for pair in zip(rows.tolist(), records, strict=True) if _fields(pair[1], dialect) == names]


def _alike(column: pa.Array, name: str) -> Positions:
    """Which cells may be the name: not shorter, and with the same first letter, or a first byte to be ignored."""
    if not len(column):
        return np.zeros(0, np.int64)
    _, offsets, content = column.buffers()
    ends = np.frombuffer(offsets, np.int32, len(column) + 1, 4 * column.offset)
    candidates: Positions = np.flatnonzero(np.diff(ends) >= len(name))
    if not name or content is None or not name.isascii():
        return candidates
    first = np.frombuffer(content, np.uint8)[ends[candidates]]
    letter = ord(name[0]) | _LETTER
    return np.compress(((first | _LETTER) == letter) | (first <= _LETTER) | (first >= _NOT_ASCII), candidates)


def _is_header(text: TextColumns, row: int, names: list[str]) -> bool:
    return all(plain(column[row].as_py()) == names[at] for at, column in text.columns.items())


def _fields(record: bytes, dialect: Dialect) -> list[str]:
    return [plain(field) for field in first_fields(record.decode(), dialect.quotes)]
