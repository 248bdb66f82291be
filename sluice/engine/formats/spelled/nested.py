"""Structs and lists of Parquet as JSON: numbers with all their digits, moments in ISO 8601."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pyarrow as pa

from sluice.engine.formats.text.documents import Number, written


def takes(kind: pa.DataType) -> bool:
    """Whether all values of a nested type have a form in JSON: maps, bytes and durations do not."""
    if pa.types.is_struct(kind):
        names = [kind.field(at).name for at in range(kind.num_fields)]
        return len(set(names)) == len(names) and all(takes(kind.field(at).type) for at in range(kind.num_fields))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return takes(kind.value_type)
    if pa.types.is_dictionary(kind):
        return takes(kind.value_type)
    plain = (
        pa.types.is_null, pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal,
        pa.types.is_string, pa.types.is_large_string, pa.types.is_date, pa.types.is_time,
    )  # fmt: skip
    # Python has no nanoseconds: such a moment would lose them
    exact = pa.types.is_timestamp(kind) and kind.unit != "ns"
    return exact or any(is_kind(kind) for is_kind in plain)


def documents(values: pa.Array) -> pa.Array:
    """Each value as JSON, null for null. NaN and infinities are written as words, which the column refuses."""
    return pa.array([written(_plain(each)) for each in values.to_pylist()], pa.string())


def _plain(value: object) -> object:
    """The value as `written` takes it."""
    if isinstance(value, dict):
        return tuple((name, _plain(each)) for name, each in value.items())
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        return Number(f"{value:f}")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Number(repr(value))
    return value.isoformat() if isinstance(value, date | time) else value
