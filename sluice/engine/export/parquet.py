"""A table as Parquet: the CSV that COPY pushes is read into Arrow batches as it comes, and written in row groups.

CSV and not a cursor's rows: a value costs no Python object that way, and null and empty text stay apart, as COPY quotes
the second.
"""

from __future__ import annotations

import io
import os
import re
import select
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from sluice.engine.settings import MIB, settings
from sluice.errors import PermanentError

_BLOCK = 4 * MIB
_GROUP_BYTES = 32 * MIB
_GROUP_ROWS = 1 << 17
_TYPES = {
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float32(),
    "double precision": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp without time zone": pa.timestamp("us"),
    "timestamp with time zone": pa.timestamp("us", "UTC"),
}
_NUMERIC = re.compile(r"numeric\((\d+),(-?\d+)\)")
_DIGITS = 38  # of decimal128
_COLUMN = re.compile(r"In CSV column #(\d+)")


def arrow_type(pg_type: str) -> pa.DataType:
    """What a column of a PostgreSQL type is in Parquet.

    `numeric(p,s)` is decimal128; text where its digits are not declared or more than 38, and for every other type
    that has no equal, as PostgreSQL spells it.
    """
    numeric = _NUMERIC.fullmatch(pg_type)
    if numeric is None:
        return _TYPES.get(re.sub(r"^(timestamp)\(\d\)", r"\1", pg_type), pa.string())
    precision, scale = int(numeric[1]), int(numeric[2])
    # PostgreSQL also has fewer digits than decimals, and tens in place of decimals
    digits = max(precision, scale) if scale >= 0 else precision - scale
    return pa.decimal128(digits, max(scale, 0)) if digits <= _DIGITS else pa.string()


def pipe() -> tuple[io.FileIO, BinaryIO]:
    """The end to read from and the end to write to; who gets one closes it."""
    reading, writing = os.pipe()
    return io.FileIO(reading), io.BufferedWriter(io.FileIO(writing, "w"))


def write_parquet(
    table: str, columns: Mapping[str, str], text: io.FileIO, copied: Future[int], sink: Any, *, compress: bool
) -> None:
    """Write the CSV that comes out of a pipe, of columns of these PostgreSQL types, as Parquet; close the pipe.

    Raises what `copied` raises, when the text ends for that; PermanentError for a value that its type in Parquet
    cannot hold, or a row that is too long.
    """
    schema = pa.schema([(name, arrow_type(pg_type)) for name, pg_type in columns.items()])
    with text, _telling(table, list(columns)):
        select.select([text], [], [])  # a server that sorts is silent for long, and Arrow does not hear Ctrl-C
        batches = pa.csv.open_csv(io.BufferedReader(_Text(text, copied), _BLOCK), *_options(schema))
        with pq.ParquetWriter(sink, schema, compression="zstd" if compress else "snappy") as writer:
            for group in _groups(batches):
                writer.write_table(group, row_group_size=group.num_rows)


def _options(schema: pa.Schema) -> tuple[pa.csv.ReadOptions, pa.csv.ParseOptions, pa.csv.ConvertOptions]:
    block = max(_BLOCK, 2 * settings().max_record_bytes)
    return (
        pa.csv.ReadOptions(block_size=block),
        pa.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        pa.csv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )


def _groups(batches: Any) -> Iterator[pa.Table]:
    """Batches put together to row groups."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(b.num_rows for b in held) >= _GROUP_ROWS or sum(b.nbytes for b in held) >= _GROUP_BYTES:
            yield pa.Table.from_batches(held)
            held.clear()
    if held:
        yield pa.Table.from_batches(held)


class _Text(io.RawIOBase):
    """What comes out of the pipe. At its end it knows whether that is the end of the table."""

    def __init__(self, raw: io.FileIO, copied: Future[int]) -> None:
        self._raw = raw
        self._copied = copied

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        got = self._raw.readinto(into)
        if not got:
            self._copied.result()
        return got or 0


@contextmanager
def _telling(table: str, names: list[str]) -> Iterator[None]:
    """Say what does not fit, without the value."""
    try:
        yield
    except pa.ArrowInvalid as error:
        found = _COLUMN.search(str(error))
        if found:
            raise PermanentError(
                f"{table}: column {names[int(found[1])]} has a value that Parquet cannot hold (infinity, NaN of a "
                "decimal, or a date that is not in the years 1 to 9999). Write CSV, or leave it out with --columns."
            ) from error
        if "straddling" in str(error):
            raise PermanentError(
                f"{table}: a row is longer than what Parquet is written from at once. Write CSV, or set "
                "SLUICE_MAX_RECORD_BYTES to the size of the longest row."
            ) from error
        raise
