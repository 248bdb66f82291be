"""Some rows of a table in another order."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sluice.engine.types.base import Int64s

_NEAR = 1000  # rows: what is nearer than that is in the processor's cache


def pick(table: pa.Table, rows: Int64s) -> pa.Table:
    """The given rows of a table in one chunk; without a copy if they are consecutive."""
    count = len(rows)
    if count and rows[-1] - rows[0] == count - 1 and (rows[1:] > rows[:-1]).all():
        return table.slice(int(rows[0]), count)
    return table.take(pa.array(rows, pa.int64()))


def are_scattered(rows: Int64s) -> bool:
    """Whether most rows are far from the one before them: to take them from each column costs more than to encode
    all rows as they are."""
    return 2 * int(np.count_nonzero(np.abs(np.diff(rows)) > _NEAR)) > len(rows)
