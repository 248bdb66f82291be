"""The base of column types: text in, typed values out, whole columns at a time."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sluice.engine.base.declaration import Declaration

Mask = npt.NDArray[np.bool_]
Int64s = npt.NDArray[np.int64]

SHOWN = 60


@dataclass(frozen=True)
class Refused:
    """The rows of a column that are refused for one reason.

    `rows` is a boolean mask as long as the column, True where the row is refused. `code` is stable and
    machine-readable; `reason` is a sentence that may contain `{value}`, replaced by the (shortened) text.
    """

    rows: Mask
    code: str
    reason: str


def spread(refused: Refused, rows: Int64s, length: int) -> Refused:
    """What some `rows` of a column are refused for, as a mask over all of its rows."""
    mask = np.zeros(length, np.bool_)
    mask[rows] = refused.rows
    return Refused(mask, refused.code, refused.reason)


@dataclass(frozen=True)
class Parsed:
    """A parsed column: `values` has the type's `arrow` type, null where the text was empty or refused."""

    values: pa.Array
    refused: list[Refused] = field(default_factory=list)


class ColumnType(Declaration):
    """A type of column. Subclasses are frozen dataclasses, so that `repr` is their declaration."""

    in_words: ClassVar[str] = "a column type such as Text()"
    private: ClassVar[bool] = False  # personal data by its nature: not kept with a reject
    in_keys: ClassVar[bool] = True
    """Whether a column of a key may have it: equal values have equal bytes."""
    comparable: ClassVar[bool] = True
    """Whether its values can be compared with a number or a text, as checks do."""
    nested: ClassVar[bool] = False
    """Whether it takes objects and arrays, as JSON text."""

    @property
    @abstractmethod
    def pg_type(self) -> str:
        """The PostgreSQL type, as written in CREATE TABLE, e.g. `numeric(12,4)`."""

    @property
    @abstractmethod
    def arrow(self) -> pa.DataType:
        """The Arrow type of parsed values."""

    @abstractmethod
    def parse(self, text: pa.Array) -> Parsed:
        """Parse a column of `pa.string()` without chunks. An empty text, and null, is null."""

    def renders(self, value: Any) -> object:
        """A parsed value as people read it."""
        return value

    def compared(self, value: Any) -> object:
        """A parsed value as something that is equal where PostgreSQL's values are."""
        return value

    def reads(self, value: Any) -> object:
        """The same, and None for null."""
        return None if value is None else self.renders(value)

    @property
    def decimal_mark(self) -> str:
        """The decimal mark of numbers that are written as text for this type: `.` or `,`."""
        return "."

    def show(self, text: str) -> str:
        """The text as a reject's reason quotes it: at most 60 characters, control characters escaped."""
        short = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
        if short.isprintable():
            return short
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)


class StoredAsText(ColumnType):
    """A type whose values are texts. The collation is "C": keys sort by their bytes, as Sluice sorts them."""

    @property
    def pg_type(self) -> str:
        return 'text COLLATE "C"'

    @property
    def arrow(self) -> pa.DataType:
        return pa.string()


@dataclass(frozen=True, repr=False)
class Grown(ColumnType):
    """A type with fields that were added in a later version; those have `repr=False`.

    They are in the repr only where they differ from their default: a contract's version is computed from it, and
    must not change for data that was loaded before.
    """

    def __repr__(self) -> str:
        shown = [(f.name, getattr(self, f.name)) for f in fields(self) if f.repr or getattr(self, f.name) != f.default]
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in shown)})"
