"""Bytes of whole records into text columns, by pyarrow's CSV reader.

Its rules for quotes, line ends and blank lines are those of Python's csv module; that is not documented, so property
tests verify it. It uses one thread and one block, and reads only the requested columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv

from sluice.engine.formats.csv.escapes import hidden, readable
from sluice.engine.formats.csv.quotes import QuoteRules, find_quotes
from sluice.engine.formats.text.source import UTF8_MARK

_LINE_ENDS = (b"", b"\r", b"\n")


@dataclass(frozen=True)
class RaggedRow:
    """A record with more or fewer fields than the header; its number counts from 0 in the buffer."""

    at: int
    fields: int
    raw: bytes


@dataclass(frozen=True)
class TextColumns:
    """Columns by their position in the file, all `pa.string()` in one chunk, and the records left out."""

    rows: int
    columns: dict[int, pa.Array]
    ragged: list[RaggedRow]


def read_columns(data: bytes, rules: QuoteRules, width: int, requested: Sequence[int]) -> TextColumns:
    """Read records of `width` fields. `data` is valid UTF-8, without NUL and faults, and begins with a record."""
    if data[:1] in _LINE_ENDS and not data.strip(b"\r\n"):
        return TextColumns(0, {at: pa.array([], pa.string()) for at in requested}, [])
    if data.startswith(UTF8_MARK):
        data = b"\n" + data  # pyarrow would drop a byte order mark; in the middle of a file it is text
    data, quote = _readable(data, rules)
    ragged: list[RaggedRow] = []

    def leave_out(row: pa.csv.InvalidRow) -> str:
        ragged.append(RaggedRow(row.number - 1, row.actual_columns, row.text.encode()))
        return "skip"

    names = [str(at) for at in range(width)]
    included = [names[at] for at in requested] or names[:1]  # an empty list would mean all of them
    table = pa.csv.read_csv(
        pa.py_buffer(data),
        read_options=pa.csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
        parse_options=pa.csv.ParseOptions(
            delimiter=rules.delimiter,
            quote_char=quote or False,
            escape_char=rules.escape or False,
            newlines_in_values=True,
            invalid_row_handler=leave_out,
        ),
        convert_options=pa.csv.ConvertOptions(
            check_utf8=False, column_types=dict.fromkeys(included, pa.string()), include_columns=included
        ),
    )
    columns = {at: _one_chunk(table.column(names[at])) for at in requested}
    return TextColumns(table.num_rows, columns, ragged)


def _readable(data: bytes, rules: QuoteRules) -> tuple[bytes, str | None]:
    if rules.escape is None:
        return data, rules.quote
    plain = hidden(data, rules)
    return readable(data, find_quotes(plain.data, rules, final=True), plain, rules)


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays([*column.chunks, pa.array([], pa.string())])
