"""INT96 timestamps, as Hive, Impala and old Spark write them: a day and the nanoseconds of it.

Arrow does not have a unit for both their range of years and nanoseconds, so they are read twice: in seconds, which
cannot overflow, and in nanoseconds, which overflow by a multiple of 2^64. Together the two are exact. Only the Julian
day 0, in 4713 BC, cannot be distinguished from 1970-01-01: Arrow gives the same number for both.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sluice.engine.formats.spelled.moments import Instants
from sluice.engine.types.base import Int64s

_PER_SECOND = 1_000_000_000


def int96_columns(source: pq.ParquetFile, names: list[str]) -> list[str]:
    """The columns among `names` that are INT96."""
    leaves = [source.schema.column(at) for at in range(len(source.schema))]
    int96 = {leaf.path for leaf in leaves if leaf.physical_type == "INT96"}
    return [name for name in names if name in int96]


class Nanos:
    """The same columns in nanoseconds, returned in any number of rows, independent of their batches."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self._waiting: pa.Table | None = None

    def instants(self, seconds: pa.RecordBatch) -> dict[str, Instants]:
        """The moments of the next rows, whose whole seconds are `seconds`."""
        nanos = self._next(seconds.num_rows)
        return {name: _exact(seconds.column(name), nanos.column(name)) for name in seconds.schema.names}

    def _next(self, count: int) -> pa.Table:
        waiting = self._waiting
        while waiting is None or waiting.num_rows < count:
            more = pa.Table.from_batches([next(self._batches)])
            waiting = more if waiting is None else pa.concat_tables([waiting, more])
        self._waiting = waiting.slice(count)
        return waiting.slice(0, count)


def _exact(seconds: pa.Array, nanos: pa.ChunkedArray) -> Instants:
    whole = _counts(seconds)
    rest = _counts(nanos.combine_chunks()) - whole * _PER_SECOND  # both wrap around equally
    return Instants(whole, rest, seconds.is_valid().to_numpy(zero_copy_only=False))


def _counts(values: pa.Array) -> Int64s:
    counts: Int64s = values.view(pa.int64()).fill_null(0).to_numpy().astype(np.int64)
    return counts
