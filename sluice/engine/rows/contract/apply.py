"""A contract applied: rows of text in; typed rows in key order, repeated keys and rejects out.

Each input row is in the output exactly once, as a row, a repeat or a reject.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.declare import Column, Source, Table, Transform
from sluice.engine.rows.contract.frame import LINE, Own
from sluice.engine.rows.contract.nulls import without_nulls
from sluice.engine.rows.contract.order import key_order, line_order
from sluice.engine.rows.contract.refusals import Refusals
from sluice.engine.rows.contract.version import version
from sluice.engine.rows.picked import pick
from sluice.engine.types.base import ColumnType, Int64s, Mask
from sluice.engine.types.forgotten import Forgotten
from sluice.errors import ConfigError, PermanentError


@dataclass(frozen=True)
class Transformed:
    """A batch under its contract.

    `typed`: the table's columns by name and in order, and `_line` (int64), of all rows as they came. `places`: of its
    rows those to load, sorted by key in PostgreSQL's order (text as under COLLATE "C"), each key once; without a key
    all, by line. `repeated`: likewise, the other lines of keys that are in `places`, by key and line: with `keep` the
    later ones, with `update` the earlier ones. `rejects`: (line int64, column, code, reason: string), by line, one per
    row.
    """

    typed: pa.Table
    places: Int64s
    repeated: Int64s
    rejects: pa.Table

    @cached_property
    def rows(self) -> pa.Table:
        """The rows to load, in their order."""
        return pick(self.typed, self.places)

    @cached_property
    def repeats(self) -> pa.Table:
        """The repeated rows, in their order."""
        return pick(self.typed, self.repeated)


class Contract:
    """The rules of a table's columns. Raises ConfigError for a declaration that cannot work.

    `version` is 16 hex digits, the same in every process for the same declaration. `requested` are the headers
    to read and `required` those that a file must have, both in column order and each once. `commas` are
    the headers whose columns read a decimal comma: numbers that a source does not give as text are written with it.
    `private` are the headers of columns with personal data.
    `nested` are those whose columns take objects and arrays, as JSON.
    """

    version: str
    requested: tuple[str, ...]
    required: tuple[str, ...]
    newest_wins: bool
    commas: frozenset[str]
    private: frozenset[str]
    nested: frozenset[str]

    def __init__(self, table: Table, transform: Transform | None = None, source: Source | None = None) -> None:
        self.version = version(table, transform, source)
        self.requested = tuple(dict.fromkeys(column.header_name for column in table.columns))
        self.required = tuple(dict.fromkeys(column.header_name for column in table.columns if column.expected))
        self.newest_wins = table.updates
        self.commas = frozenset(header for header, kind in types_of(table).items() if kind.decimal_mark == ",")
        self.private = frozenset(column.header_name for column in table.columns if column.private)
        self.nested = frozenset(header for header, kind in types_of(table).items() if kind.nested)
        self._table = table
        self._own = Own(transform, table.name, types_of(table)) if transform else None
        for column in table.columns:
            _try_check(table, column)

    @property
    def of(self) -> Table:
        """The table's declaration."""
        return self._table

    @property
    def table(self) -> str:
        """The table that its rows go into."""
        return self._table.name

    def apply(self, rows: pa.Table, forgotten: Forgotten | None = None, today: date | None = None) -> Transformed:
        """Type, check and sort `rows`: one `pa.string()` column for each wanted header, and `_line` int64."""
        return self.typed(*self.text(rows), came=rows.num_rows, forgotten=forgotten, today=today)

    def hidden(self, forgotten: Forgotten | None) -> frozenset[str]:
        """The headers whose values rejects must not have: those of personal data, and of forgotten values."""
        if forgotten is None:
            return self.private
        columns = (column for column in self._table.columns if column.name in forgotten.hashes)
        return self.private | {column.header_name for column in columns}

    def text(self, rows: pa.Table) -> tuple[pa.Table, Int64s]:
        """`rows` as their types get them: what the transform returned, if there is one; and the lines it dropped."""
        return self._own.apply(rows) if self._own else (rows, np.zeros(0, np.int64))

    def typed(
        self,
        text: pa.Table,
        dropped: Int64s,
        *,
        came: int,
        forgotten: Forgotten | None = None,
        today: date | None = None,
    ) -> Transformed:
        """Type, check and sort what `text` has returned of so many rows. Rows with `forgotten` values are refused, and
        those that have expired `today`; without it none has."""
        lines = _whole(text, LINE).to_numpy()
        refusals = Refusals(lines)
        if self._own:
            refusals.add_lines(dropped, "dropped_by_transform", f"{self._own.name} dropped the row.")
        typed = {
            column.name: read_column(column, _whole(text, column.header_name), refusals)
            for column in self._table.columns
        }
        if forgotten is not None:
            refusals.forget(forgotten.rows(typed, len(lines)))
        if today is not None:
            _expire(self._table, typed, today, refusals)
        done = self._sorted(typed, lines, refusals.failed, refusals.table())
        out = len(done.places) + len(done.repeated) + done.rejects.num_rows
        if out != came:
            raise PermanentError(
                f"Table {self._table.name!r}: {came} rows went in and {out} came out. Nothing is"
                " loaded from such a batch; this is a mistake in Sluice, please report it."
            )
        return done

    def _sorted(self, typed: dict[str, pa.Array], lines: Int64s, failed: Mask, rejects: pa.Table) -> Transformed:
        good = np.flatnonzero(~failed) if failed.any() else None
        left = lines if good is None else lines[good]
        if self._table.key is None:
            order = line_order(left)
        else:
            order = key_order([_taken(typed[name], good) for name in self._table.identity], left)
        place = order.rows if good is None else good[order.rows]
        again = order.repeats
        if self.newest_wins and again.any():  # all but the last of each key
            again = np.append(again[1:], False)
        return Transformed(pa.table(typed | {LINE: pa.array(lines)}), place[~again], place[again], rejects)


def _expire(table: Table, typed: Mapping[str, pa.Array], today: date, refusals: Refusals) -> None:
    """Refuse rows that the table would not keep."""
    first = table.first_day_kept(today)
    if first is None or table.expire_by is None:
        return
    values = typed[table.expire_by]
    kind = values.type
    bound = datetime.combine(first, time(), UTC) if pa.types.is_timestamp(kind) and kind.tz else first
    old = pc.fill_null(pc.less(values, pa.scalar(bound, kind)), False)
    reason = (
        f"{table.expire_by} is before {first}, and rows of {table.name} expire after {table.expire_after}: the row is "
        "not loaded, and its text is not kept."
    )
    refusals.add_expired(old.to_numpy(zero_copy_only=False), table.expire_by, reason)


def types_of(table: Table) -> dict[str, ColumnType]:
    """The type by header that numbers are written for: of two columns of one header the one with a decimal comma."""
    return _by_header(table.columns)


def read_types(table: Table) -> dict[str, ColumnType]:
    """The same, of all columns that a source writes: the lists of its children, too."""
    return _by_header(table.read)


def _by_header(columns: Sequence[Column]) -> dict[str, ColumnType]:
    ordered = sorted(columns, key=lambda column: column.reads.decimal_mark == ",")
    types = {column.header_name: column.reads for column in ordered}
    return {column.header_name: types[column.header_name] for column in columns}


def _try_check(table: Table, column: Column) -> None:
    """Raise ConfigError for a check that cannot work on its column's type: at start-up, not at the first file."""
    if column.check is None:
        return
    try:
        column.check.refuse(pa.array([], column.type.arrow))
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise ConfigError(
            f"Table {table.name!r}, column {column.name!r}: the check {column.check!r} does not fit "
            f"{column.type!r}: give it values of the column's type. ({error})"
        ) from error


def read_column(column: Column, cells: pa.Array, refusals: Refusals) -> pa.Array:
    """The column's typed values, of its `cells` as text; refused rows are added to `refusals`."""
    text = without_nulls(cells, column.nulls)
    parsed = column.type.parse(text)
    for refused in parsed.refused:
        refusals.add(column, text, refused)
    if column.required and parsed.values.null_count:
        missing: Mask = parsed.values.is_null().to_numpy(zero_copy_only=False)
        for refused in parsed.refused:
            missing &= ~refused.rows
        refusals.add_missing(column, missing)
    if column.check is not None:
        refusals.add(column, text, column.check.refuse(parsed.values))
    if column.default_value is not None and parsed.values.null_count:
        return _filled(parsed.values, column.default_value)
    return parsed.values


def _filled(values: pa.Array, default: pa.Scalar) -> pa.Array:
    """The values with the default for null. (Refused ones are null, too: their rows are not loaded.)"""
    rows = pc.if_else(values.is_valid(), pa.array(np.arange(len(values))), len(values))
    return pa.concat_arrays([values, pa.array([default], values.type)]).take(rows)


def _whole(rows: pa.Table, name: str) -> pa.Array:
    """A column in one chunk; one that the file does not have may be without a type."""
    values = rows.column(name)
    if values.type == pa.null():
        values = values.cast(pa.string())
    return values.chunk(0) if values.num_chunks == 1 else values.combine_chunks()


def _taken(values: pa.Array, rows: Int64s | None) -> pa.Array:
    return values if rows is None else values.take(pa.array(rows))
