"""Columns of lists as PostgreSQL's arrays of one dimension: a header, then each value with its length.

(PostgreSQL, array_send in utils/adt/arrayfuncs.c)
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sluice.engine.rows.copy.cells import Numbers

_OIDS = {
    pa.bool_(): 16, pa.int64(): 20, pa.int32(): 23, pa.string(): 25, pa.float64(): 701, pa.date32(): 1082,
    pa.binary(16): 2950, pa.time64("us"): 1083,
    pa.timestamp("us", "UTC"): 1184, pa.timestamp("us"): 1184,
}  # fmt: skip
_NUMERIC = 1700
_NO_DIMENSIONS = 0


def oid_of(kind: pa.DataType) -> int:
    """The number of the values' type, which is the same in every PostgreSQL. Raises TypeError."""
    if pa.types.is_decimal128(kind):
        return _NUMERIC
    if kind not in _OIDS:
        raise TypeError(f"A list of {kind} is not supported in a COPY stream: cast it to the type of a Column.")
    return _OIDS[kind]


def whole_arrays(lists: pa.Array, values: memoryview, ends: Numbers) -> pa.Array:
    """Each list as the bytes of an array, null for null. `values` are those of all lists, each behind its length, and
    `ends` says where each of them ends, after a 0 for the first one's start."""
    oid, has_null = oid_of(lists.type.value_type), int(lists.flatten().null_count > 0)
    first, found = 0, list[bytes | None]()
    for count in lists.value_lengths().to_pylist():
        if count is None:
            found.append(None)
            continue
        dimensions = 1 if count else _NO_DIMENSIONS
        head = np.array([dimensions, has_null, oid, *([count, 1] if count else [])], ">i4").tobytes()
        found.append(head + bytes(values[ends[first] : ends[first + count]]))
        first += count
    return pa.array(found, pa.binary())
