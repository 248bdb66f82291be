"""A part's bytes into text columns with line numbers, and rejects: together as many as plan counted.

Lines are read one by one and collected into columns in batches. Good lines take the fast path; a line that fails on it
is read again on a slow path, which gives the reason.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from sluice.engine.formats.jsonl.dialect import JsonLines
from sluice.engine.formats.jsonl.layout import Layouts, Row
from sluice.engine.formats.jsonl.values import (
    Fraction,
    InvalidLine,
    Value,
    check_value,
    plain_number,
    read_object,
    read_text,
    scan,
    scan_marked,
    scan_nested,
)
from sluice.engine.formats.text.documents import Number, written
from sluice.engine.formats.text.header import LINE, HeaderMatch
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.lines import BLANK, is_record
from sluice.engine.formats.text.parsed import ParsedPart
from sluice.engine.formats.text.rejects import RowReject, show
from sluice.errors import PermanentError

_BATCH = 2048  # few, or the garbage collector would traverse the rows of a whole part repeatedly


def parse_jsonl(
    data: bytes,
    *,
    dialect: JsonLines,
    match: HeaderMatch,
    first_line: int,
    read: int,
    limits: Limits | None = None,
    commas: frozenset[str] = frozenset(),
    nested: frozenset[str] = frozenset(),
) -> ParsedPart:
    """Parse the bytes of one part; `first_line` and `read` are as planned. At least one column is requested.

    Keys are matched as headers are, in each line separately. A missing key is null, like null itself. `commas`
    are the headers whose columns read a decimal comma: a number gets one there, and a string stays as it is. `nested`
    are those whose columns take any value, as JSON.
    Rejects: `line_too_long`, `nul`, `invalid_utf8`, `not_json`, `duplicate_key`, `nested_value`; of values
    that are not requested only the JSON is checked.

    Raises PermanentError if rows and rejects together are not the records that plan counted.
    """
    longest = (limits or Limits()).max_record_bytes
    part = _Part(tuple(match.positions), data.split(b"\n"), first_line, longest, dialect.encoding, commas, nested)
    batches = list(part.batches(escaped_nul=b"\\u0000" in data))
    count = sum(batch.num_rows for batch in batches) + len(part.rejects)
    if count != read:
        raise PermanentError(
            f"The record counts of the part at line {first_line} differ: plan counted {read} records, the "
            f"parser found {count}. Nothing of it is loaded: please report this with the part's bytes."
        )
    schema = pa.schema([*((name, pa.string()) for name in match.positions), (LINE, pa.int64())])
    rows = pa.Table.from_batches(batches, schema).combine_chunks()
    return ParsedPart(rows, sorted(part.rejects, key=lambda reject: reject.line))


class _Part:
    """Converts the lines of a part to columns; refused ones are collected in `rejects`."""

    def __init__(
        self,
        requested: tuple[str, ...],
        lines: list[bytes],
        first_line: int,
        longest: int,
        encoding: str | None,
        commas: frozenset[str],
        nested: frozenset[str],
    ) -> None:
        self.rejects: list[RowReject] = []
        self._requested = requested
        self._lines = lines
        self._first_line = first_line
        self._longest = longest
        self._encoding = encoding
        self._layouts = Layouts(requested)
        self._commas = commas.intersection(requested)
        self._nested = nested.intersection(requested)
        self._scan = scan_nested if self._nested else scan_marked if self._commas else scan

    def batches(self, *, escaped_nul: bool) -> Iterator[pa.RecordBatch]:
        """Some rows at a time, in order. `escaped_nul`: there may be NUL in values, which Arrow would take."""
        for start in range(0, len(self._lines), _BATCH):
            rows = self._rows(start, min(start + _BATCH, len(self._lines)))
            if escaped_nul:
                rows = self._checked(rows)
            try:
                yield self._batch(rows)
            except (pa.ArrowException, UnicodeEncodeError):
                yield self._batch(self._checked(rows))

    def _rows(self, start: int, stop: int) -> list[Row]:
        rows = []
        for at in range(start, stop):
            line = self._lines[at]
            bare = line.strip(BLANK)
            if not bare and not is_record(line, self._longest):
                continue
            try:
                if len(line) > self._longest:
                    raise ValueError
                rows.append(self._row(bare.decode(), at))
            except (ValueError, RecursionError):
                if row := self._row_closely(line, at):
                    rows.append(row)
        return rows

    def _row(self, text: str, at: int) -> Row:
        """The fast path. Raises ValueError or RecursionError for a line that needs the slow path."""
        pairs, end = self._scan(text)
        if pairs.__class__ is not tuple or end < len(text):
            raise ValueError
        keys, values = zip(*pairs, strict=True)
        return self._layouts.pick(keys, values, self._first_line + at)

    def _row_closely(self, line: bytes, at: int) -> Row | None:
        """The row of a record, or None and a reject."""
        try:
            text = read_text(line, self._longest, self._encoding)
            pairs = read_object(text, marked=bool(self._commas), nested=bool(self._nested))
            keys, values = tuple(key for key, _ in pairs), tuple(value for _, value in pairs)
            return self._layouts.pick(keys, values, self._first_line + at)
        except InvalidLine as invalid:
            self._refuse(self._first_line + at, invalid)
            return None

    def _checked(self, rows: list[Row]) -> list[Row]:
        """The rows whose values can all be stored as text."""
        good = []
        for row in rows:
            try:
                for name, value in zip(self._requested, row, strict=False):
                    if name not in self._nested:  # its type checks the whole document
                        check_value(name, value)
                good.append(row)
            except InvalidLine as invalid:
                self._refuse(row[-1], invalid)
        return good

    def _batch(self, rows: list[Row]) -> pa.RecordBatch:
        columns = list(zip(*rows, strict=True)) or [()] * (len(self._requested) + 1)
        cells = zip(self._requested, columns, strict=False)
        spelled = [self._spelled(name, column) for name, column in cells]
        arrays = [*map(_column, spelled), pa.array(columns[-1], pa.int64())]
        return pa.record_batch(arrays, [*self._requested, LINE])

    def _spelled(self, name: str, cells: tuple[Value, ...]) -> tuple[Value, ...]:
        """The values of a column as it takes them."""
        if name in self._nested:
            return tuple(map(written, cells))
        commas = name in self._commas
        if self._nested:
            cells = tuple(plain_number(cell, marked=commas) if isinstance(cell, Number) else cell for cell in cells)
        return _with_comma(cells) if commas else cells

    def _refuse(self, line: int, invalid: InvalidLine) -> None:
        raw = show(self._lines[line - self._first_line].removesuffix(b"\r"))
        self.rejects.append(RowReject(line, invalid.column, invalid.code, invalid.reason, raw))


def _with_comma(cells: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(cell.replace(".", ",") if isinstance(cell, Fraction) else cell for cell in cells)


def _column(cells: tuple[Value, ...]) -> pa.Array:
    """Raises ArrowException and UnicodeEncodeError if a value cannot be stored as text."""
    try:
        return pa.array(cells, pa.string())
    except pa.ArrowTypeError:
        words = [("true" if cell else "false") if cell.__class__ is bool else cell for cell in cells]
        return pa.array(words, pa.string())
