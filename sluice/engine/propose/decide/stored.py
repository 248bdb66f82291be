"""The type of a column of a Parquet file, which has types of its own."""

from __future__ import annotations

import re

import pyarrow as pa

from sluice.engine.propose.evidence.column import ColumnEvidence
from sluice.engine.types import Boolean, Date, Decimal, Duration, Integer, Timestamp
from sluice.engine.types.base import ColumnType

_FRACTION = re.compile(r"\.(9+)")


def stored_type(kind: pa.DataType, evidence: ColumnEvidence) -> ColumnType | None:
    """The type that reads every value exactly; None for text, whose cells decide."""
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_boolean(kind):
        return Boolean()
    if pa.types.is_uint64(kind):
        return Decimal(20, 0)
    if pa.types.is_integer(kind):
        return Integer()
    if pa.types.is_decimal(kind):
        return Decimal(min(kind.precision, 38), max(kind.scale, 0))
    if pa.types.is_floating(kind):
        return _float(evidence)
    if pa.types.is_date(kind):
        return Date("%Y-%m-%d")
    if pa.types.is_timestamp(kind):
        return Timestamp("%Y-%m-%d %H:%M:%S.%f" if _fractions(evidence) else "%Y-%m-%d %H:%M:%S")
    if pa.types.is_time(kind) or pa.types.is_duration(kind):
        return None if _fractions(evidence) else Duration()
    return None


def _fractions(evidence: ColumnEvidence) -> int:
    """The most digits behind a point."""
    return max((len(found[1]) for shape, _, _ in evidence.shapes if (found := _FRACTION.search(shape))), default=0)


def _float(evidence: ColumnEvidence) -> ColumnType:
    whole = max((len(shape.lstrip("-").partition(".")[0]) for shape, _, _ in evidence.shapes), default=1)
    scale = max(_fractions(evidence), 2)
    return Decimal(min(max(12, whole + 2) + scale, 38), min(scale, 38 - whole))
