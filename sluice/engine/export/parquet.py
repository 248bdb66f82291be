"""A table as Parquet: the CSV that COPY writes is read into Arrow tables as it comes, and written in row groups.

CSV and not a cursor's rows: no Python object is made for each value, and null and empty text stay distinct, as COPY
quotes the second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from sluice.engine.base.settings import MIB
from sluice.engine.export.blocks import whole_rows
from sluice.errors import PermanentError

_GROUP_BYTES = 8 * MIB  # in Arrow; the export needs 8 times as much memory in addition to that at its start
_TYPES = {
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float32(),
    "double precision": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "time without time zone": pa.time64("us"),
    "timestamp without time zone": pa.timestamp("us"),
    "timestamp with time zone": pa.timestamp("us", "UTC"),
}
_NUMERIC = re.compile(r"numeric\((\d+),(-?\d+)\)")
_DIGITS = 38  # of decimal128
_COLUMN = re.compile(r"In CSV column #(\d+)")


def arrow_type(pg_type: str) -> pa.DataType:
    """The Parquet type of a column of a PostgreSQL type.

    `numeric(p,s)` is decimal128; text if its digits are not declared or more than 38, and for every type without an
    equivalent, as PostgreSQL writes it.
    """
    numeric = _NUMERIC.fullmatch(pg_type)
    if numeric is None:
        return _TYPES.get(re.sub(r"^(timestamp)\(\d\)", r"\1", pg_type), pa.string())
    precision, scale = int(numeric[1]), int(numeric[2])
    # PostgreSQL also allows fewer digits than decimals, and a negative scale
    digits = max(precision, scale) if scale >= 0 else precision - scale
    return pa.decimal128(digits, max(scale, 0)) if digits <= _DIGITS else pa.string()


def write_parquet(
    table: str, columns: Mapping[str, str], blocks: Iterator[bytes], sink: Any, *, compress: bool
) -> None:
    """Write blocks of CSV with a header, of columns of these PostgreSQL types, as Parquet.

    Raises PermanentError for a value that its type in Parquet cannot hold.
    """
    schema = pa.schema([(name, arrow_type(pg_type)) for name, pg_type in columns.items()])
    packing = "zstd" if compress else "snappy"
    with _explained(table, schema.names), pq.ParquetWriter(sink, schema, compression=packing) as out:
        tables: list[pa.Table] = []
        for rows in whole_rows(blocks):
            tables.append(_read(rows, schema))
            if sum(each.nbytes for each in tables) >= _GROUP_BYTES:
                _write_group(out, tables)
        if tables:
            _write_group(out, tables)


def _write_group(out: pq.ParquetWriter, tables: list[pa.Table]) -> None:
    """Write the tables as one row group, and clear the list."""
    out.write_table(pa.concat_tables(tables), row_group_size=sum(each.num_rows for each in tables))
    tables.clear()


def _read(rows: bytes, schema: pa.Schema) -> pa.Table:
    """Parse whole rows. Not by Arrow's stream reader: that reads ahead, and needs 100 MiB for it."""
    return pa.csv.read_csv(
        pa.BufferReader(rows),
        pa.csv.ReadOptions(column_names=schema.names, use_threads=False, block_size=len(rows) + 1),
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


@contextmanager
def _explained(table: str, names: list[str]) -> Iterator[None]:
    """Report the column whose value does not fit, without the value."""
    try:
        yield
    except pa.ArrowInvalid as error:
        match = _COLUMN.search(str(error))
        if match:
            raise PermanentError(
                f"{table}: column {names[int(match[1])]} has a value that Parquet cannot hold (infinity, NaN of a "
                "decimal, or a date that is not in the years 1 to 9999). Write CSV, or leave it out with --columns."
            ) from error
        raise
