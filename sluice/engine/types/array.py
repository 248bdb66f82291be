"""Arrays: a list of values of one type in a cell, written as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from sluice.engine.types.base import ColumnType, Int64s, Mask, Parsed, Refused
from sluice.engine.types.cells import Invalid, one_by_one
from sluice.errors import ConfigError

_NOT_ARRAY = Invalid("not_array", "'{value}' is not a JSON array of single values, such as [1, 2].")


@dataclass(frozen=True)
class Array(ColumnType):
    """A list of values of one type, written as a JSON array: `["a", null]` for `Array(Text())`. Each value is read as a
    cell of that type. From JSON lines and APIs it is the array as it was sent, from Parquet a list.

    It must not be in the key. Rejects: `not_array`, and those of the type of its values.
    """

    of: ColumnType
    in_keys: ClassVar[bool] = False
    comparable: ClassVar[bool] = False
    nested: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if isinstance(self.of, Array) or self.of.nested or self.of.arrow == pa.binary():
            raise ConfigError(f"Array({self.of!r}): its values must be of a simple type; declare Json() for others.")

    @property
    def pg_type(self) -> str:
        base, collate, collation = self.of.pg_type.partition(" COLLATE")
        return f"{base}[]{collate}{collation}"

    @property
    def arrow(self) -> pa.DataType:
        return pa.list_(self.of.arrow)

    @property
    def decimal_mark(self) -> str:
        return self.of.decimal_mark

    def renders(self, value: list[object]) -> object:
        """Each value as its own type does."""
        return [None if each is None else self.of.renders(each) for each in value]

    def parse(self, text: pa.Array) -> Parsed:
        read = one_by_one(text, text.is_valid().to_numpy(zero_copy_only=False), self._read, trimmed=True)
        rows, lists = read.accepted()
        counts = np.array([len(each) for each in lists], np.int64)
        inner = self.of.parse(pa.array([each for one in lists for each in one], pa.string()))
        row_of = np.repeat(rows, counts)
        refused, bad = read.refused(len(text)), np.zeros(len(text), np.bool_)
        for each in inner.refused:
            mask = np.zeros(len(text), np.bool_)
            mask[row_of[each.rows]] = True
            mask &= ~bad
            bad |= mask
            refused += [Refused(mask, each.code, each.reason)] if mask.any() else []
        return Parsed(self._lists(inner.values, rows, counts, bad), refused)

    def _lists(self, values: pa.Array, rows: Int64s, counts: Int64s, bad: Mask) -> pa.Array:
        """The column: null where there is no list, or a refused one."""
        lengths, present = np.zeros(len(bad), np.int64), np.zeros(len(bad), np.bool_)
        lengths[rows], present[rows] = counts, True
        offsets = np.append(0, np.cumsum(lengths)).astype(np.int32)
        mask = pa.array(~(present & ~bad))
        return pa.ListArray.from_arrays(pa.array(offsets), values, mask=mask).cast(self.arrow)

    def _read(self, text: str) -> list[str | None] | Invalid | None:
        if not text or text == "null":
            return None
        try:
            found = json.loads(text, parse_float=self._number, parse_int=str, parse_constant=_refuse)
        except (ValueError, RecursionError):
            return _NOT_ARRAY
        if not isinstance(found, list) or any(isinstance(each, dict | list) for each in found):
            return _NOT_ARRAY
        if any(isinstance(each, str) and not _is_storable(each) for each in found):
            return _NOT_ARRAY
        return [("true" if each else "false") if isinstance(each, bool) else each for each in found]

    def _number(self, text: str) -> str:
        return text.replace(".", self.of.decimal_mark)


def _refuse(name: str) -> None:
    raise ValueError(name)


def _is_storable(text: str) -> bool:
    return not any(each == "\0" or "\ud800" <= each <= "\udfff" for each in text)
