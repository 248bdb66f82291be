"""Records of Python or Arrow as JSON lines: a line for each record, with the columns that its table has.

Values are written for the declared column. Columns that the table does not have are only named: their values may be of
any type, and may differ from fetch to fetch while all that is loaded is the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from json.encoder import encode_basestring as quoted
from typing import Any, NamedTuple, Protocol

import pyarrow as pa

from sluice.engine.base.settings import settings
from sluice.engine.declare import Column
from sluice.engine.formats.spelled.arrow import is_nested, spell
from sluice.engine.formats.spelled.python import Unwritable, as_json, is_moment, moments_as_json
from sluice.engine.formats.text.header import masked, plain
from sluice.engine.types import Text
from sluice.engine.types.base import ColumnType
from sluice.errors import DataError

_ROWS, _REMEMBERED = 1000, 4096
_BYTES = 1 << 20
_NAMED = 100  # of columns that the table does not have
_MORE = "..."
_SHOWN = 20
_TEXT = Text()


def types_by_header(columns: Sequence[Column]) -> dict[str, ColumnType]:
    """The types to write for: of two columns of one header the one with a decimal comma, as everywhere."""
    ordered = sorted(columns, key=lambda column: column.reads.decimal_mark == ",")
    return {column.header_name: column.reads for column in ordered}


class Sink(Protocol):
    """The receiver of the lines. It may raise to stop the fetch."""

    def write(self, piece: bytes, /) -> int: ...


class WrongValue(Exception):
    """A record that cannot be written: its number from 1, its column if one is to blame, and what is there."""

    def __init__(self, number: int, column: str | None, kind: str) -> None:
        super().__init__(number, column, kind)
        self.number = number
        self.column = column
        self.kind = kind

    @property
    def sentence(self) -> str:
        """What is wrong, without the value."""
        of = "it is" if self.column is None else f"{self.column!r} is"
        return f"record {self.number:,}: {of} {self.kind}"


class _Cell(NamedTuple):
    """A key of a record that the table has: the key as JSON, and the declared type."""

    key: object
    prefix: str
    declared: ColumnType


class Records:
    """Writes the records of a source into `into`, for the headers and types of its table. `count` is their number."""

    def __init__(self, source: str, types: Mapping[str, ColumnType], into: Sink) -> None:
        self._types = {plain(header): declared for header, declared in types.items()}
        self._source = source
        self._into = into
        self._written, self._most = 0, settings().max_unpacked_bytes
        self._layouts: dict[tuple[object, ...], list[_Cell]] = {}
        self._names: dict[str, str] = {}
        self._lines: list[list[str] | None] = []
        self._size = 0
        self._moments: dict[ColumnType, list[tuple[list[str], int, date]]] = {}
        self.count = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns that any record had, each once, in order of appearance."""
        return tuple(self._names.values())

    def add(self, record: Mapping[Any, Any], extra: Sequence[str] = ()) -> None:
        """Write one record, and further pairs of a key and a value as JSON. Raises WrongValue."""
        self.count += 1
        cells: list[str] = []
        for key, prefix, declared in self._layout(tuple(record)):
            value = record[key]
            if is_moment(value):
                self._moments.setdefault(declared, []).append((cells, len(cells), value))
                cells.append(prefix)
                continue
            try:
                cells.append(prefix + as_json(value, declared))
            except Unwritable as wrong:
                raise WrongValue(self.count, str(key), wrong.kind) from wrong
            self._size += len(cells[-1])
        cells.extend(extra)
        self._lines.append(cells)
        if len(self._lines) >= _ROWS or self._size >= _BYTES:
            self.flush()

    def add_blank(self) -> None:
        """Write an empty line, which is not a record."""
        self._lines.append(None)

    def add_batch(self, batch: pa.RecordBatch) -> None:
        """Write the rows of a batch of Arrow. Raises WrongValue, and DataError as `spell` does."""
        self.flush()
        cells = self._layout(tuple(batch.schema.names))
        columns = [self._column(batch, at, cells) for at in range(batch.num_columns)]
        written = [column for column in columns if column is not None]
        for row in zip(*written, strict=True) if written else [()] * batch.num_rows:
            self._lines.append(list(row))
        self.count += batch.num_rows
        self.flush()

    def finish(self) -> None:
        """Write what is left. Raises DataError `missing_header` if no record had any of the table's columns."""
        self.flush()
        if self._names and not self._types.keys() & self._names.keys():
            named = ", ".join(repr(masked(name)) for name in [*self._names.values()][:_SHOWN])
            raise DataError(
                "missing_header", f"None of the table's columns is in the records of {self._source}; they have {named}."
            )

    def flush(self) -> None:
        """Write the records that are not written yet. Raises DataError `too_large`."""
        for declared, waiting in self._moments.items():
            texts = moments_as_json([value for _, _, value in waiting], declared)
            for (cells, at, _), text in zip(waiting, texts, strict=True):
                cells[at] += text
        text = "".join("\n" if cells is None else f"{{{', '.join(cells)}}}\n" for cells in self._lines)
        self._moments, self._lines, self._size = {}, [], 0
        if text:
            self._written += self._into.write(text.encode("utf-8", "surrogatepass"))  # half a pair becomes a reject
        if self._written > self._most:
            raise DataError(
                "too_large",
                f"{self._source} has more than {self._most:,} bytes of records, and {self.count:,} of them were read."
                " Nothing is loaded; fetch less at a time, or raise SLUICE_MAX_UNPACKED_BYTES.",
            )

    def _column(self, batch: pa.RecordBatch, at: int, cells: Sequence[_Cell]) -> list[str] | None:
        """The column's cells as JSON with their keys; None if the table does not have it."""
        name, values = batch.schema.names[at], batch.column(at)
        cell = next((each for each in cells if each.key == name), None)
        if cell is None:
            return None
        spelled = values if is_nested(values.type) else spell(name, values, cell.declared)
        try:
            return [cell.prefix + as_json(value, _TEXT) for value in spelled.to_pylist()]
        except Unwritable as wrong:
            raise WrongValue(self.count + 1, name, f"a {values.type} with {wrong.kind}") from wrong

    def _layout(self, keys: tuple[object, ...]) -> list[_Cell]:
        known = self._layouts.get(keys)
        if known is None:
            known = [cell for cell in map(self._cell, keys) if cell is not None]
            if len(self._layouts) < _REMEMBERED:
                self._layouts[keys] = known
        return known

    def _cell(self, key: object) -> _Cell | None:
        if not isinstance(key, str):
            raise WrongValue(self.count, None, f"a dict with a key that is not text but {type(key).__name__}")
        name = plain(key)
        declared = self._types.get(name)
        if declared is not None or name in self._names or len(self._names) < len(self._types) + _NAMED:
            self._names.setdefault(name, key)
        else:
            self._names[_MORE] = _MORE
        return None if declared is None else _Cell(key, f"{quoted(key)}: ", declared)
