"""The type of a column of a Parquet file, which has types of its own."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyarrow as pa

from sluice.engine.propose.evidence.column import ColumnEvidence
from sluice.engine.types import Boolean, Date, Decimal, Duration, Integer, Timestamp
from sluice.engine.types.base import ColumnType

_MICROS = 6  # digits of a second that a time is stored with
_FRACTION = re.compile(r"\.(9+)")


def stored_type(kind: pa.DataType, evidence: ColumnEvidence) -> ColumnType | None:
    """The type that reads every value exactly; None for text, whose cells decide."""
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return next((make(kind, evidence) for fits, make in _TYPES if fits(kind)), None)


def _fractions(evidence: ColumnEvidence) -> int:
    """The most digits behind a point."""
    return max((len(found[1]) for shape, _, _ in evidence.shapes if (found := _FRACTION.search(shape))), default=0)


def _float(_: pa.DataType, evidence: ColumnEvidence) -> ColumnType:
    whole = max((len(shape.lstrip("-").partition(".")[0]) for shape, _, _ in evidence.shapes), default=1)
    scale = max(_fractions(evidence), 2)
    return Decimal(min(max(12, whole + 2) + scale, 38), min(scale, max(38 - whole, 0)))


def _moment(_: pa.DataType, evidence: ColumnEvidence) -> ColumnType | None:
    if _fractions(evidence) > _MICROS:
        return None
    return Timestamp("%Y-%m-%d %H:%M:%S.%f" if _fractions(evidence) else "%Y-%m-%d %H:%M:%S")


def _is_length(kind: pa.DataType) -> bool:
    return bool(pa.types.is_time(kind) or pa.types.is_duration(kind))


_Make = Callable[[pa.DataType, ColumnEvidence], ColumnType | None]
_TYPES: tuple[tuple[Callable[[pa.DataType], bool], _Make], ...] = (
    (pa.types.is_boolean, lambda _kind, _found: Boolean()),
    (pa.types.is_uint64, lambda _kind, _found: Decimal(20, 0)),
    (pa.types.is_integer, lambda _kind, _found: Integer()),
    (pa.types.is_decimal, lambda kind, _found: Decimal(min(kind.precision, 38), max(kind.scale, 0))),
    (pa.types.is_floating, _float),
    (pa.types.is_date, lambda _kind, _found: Date("%Y-%m-%d")),
    (pa.types.is_timestamp, _moment),
    (_is_length, lambda _kind, found: None if _fractions(found) else Duration()),
)
