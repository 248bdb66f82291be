"""A pipeline's `transform(frame)`: called with a pandas frame of text, and its result verified."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.base.raised_at import name_of, raised_at
from sluice.engine.declare import Transform
from sluice.engine.types.base import ColumnType, Int64s
from sluice.engine.types.numbers.spelling import spell_numbers
from sluice.errors import PermanentError

LINE = "_line"


@dataclass(frozen=True)
class Own:
    """The pipeline's function, and the columns that it must return: headers and their declared types."""

    transform: Transform
    table: str
    types: dict[str, ColumnType]

    @property
    def name(self) -> str:
        """The name of the function in messages."""
        return f"The transform {name_of(self.transform)!r} of {self.table!r}"

    def apply(self, rows: pa.Table) -> tuple[pa.Table, Int64s]:
        """The rows that the function returned, in order of line, and the lines of those that it dropped.

        `rows` has one text column for each wanted header, and `_line`. The frame has the same columns (Arrow
        text, not copied), and `_line` as its index. Raises PermanentError for a frame that cannot be used.
        """
        lines = rows.column(LINE).to_numpy()
        frame = rows.drop_columns([LINE]).to_pandas(types_mapper=pd.ArrowDtype)
        frame.index = pd.Index(lines, name=LINE)
        changed = self._checked(self._call(frame), frame.index)
        left = np.asarray(changed.index, np.int64)
        columns = {header: self._text(changed[header], kind) for header, kind in self.types.items()}
        done = pa.table(columns | {LINE: pa.array(left)})
        if (left[1:] < left[:-1]).any():
            done = done.sort_by(LINE)
        return done, lines[~np.isin(lines, left)]

    def _call(self, frame: pd.DataFrame) -> object:
        try:
            return self.transform(frame)
        except Exception as error:
            # only type and place: the message may have values of a row, which must not be logged
            kind, place = type(error).__name__, raised_at(self.transform, error)
            has = f" The frame has the columns {list(frame.columns)}." if isinstance(error, KeyError) else ""
            raise PermanentError(f"{self.name} failed: {kind} at {place}.{has}") from error

    def _checked(self, changed: object, lines: pd.Index) -> pd.DataFrame:
        """The frame, if it is valid. Raises PermanentError."""
        if not isinstance(changed, pd.DataFrame):
            raise PermanentError(f"{self.name} returned a {type(changed).__name__}; it must return a DataFrame.")
        missing = [header for header in self.types if header not in changed.columns]
        if missing:
            raise PermanentError(
                f"{self.name} left out the columns {missing}; it must return all columns under their names."
            )
        if not changed.columns.is_unique:
            raise PermanentError(f"{self.name} returned two columns of the same name.")
        if not changed.index.is_unique:
            raise PermanentError(f"{self.name} duplicated rows: every line may be in the index once.")
        if not changed.index.isin(lines).all():
            raise PermanentError(
                f"{self.name} added rows, or lost the index, which holds each row's line number: keep it (no"
                " reset_index, no merge without it)."
            )
        return changed

    def _text(self, values: pd.Series, declared: ColumnType) -> pa.Array:
        """A column as text; numbers and booleans are written as the declared type reads them."""
        try:
            array = pa.array(values, from_pandas=True)
        except (pa.ArrowException, TypeError, ValueError) as error:
            raise self._no_text(values) from error
        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks()
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        if pa.types.is_temporal(array.type) or pa.types.is_nested(array.type) or pa.types.is_binary(array.type):
            raise self._no_text(values)
        if pa.types.is_floating(array.type) or pa.types.is_decimal(array.type):
            return spell_numbers(array, declared)
        return pc.cast(array, pa.string())

    def _no_text(self, values: pd.Series) -> PermanentError:
        return PermanentError(
            f"{self.name} returned the column {values.name!r} as {values.dtype}; return text, as in a file"
            " (for times: .dt.strftime)."
        )
