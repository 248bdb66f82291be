"""A Parquet file read in batches and converted to CSV, in memory that does not grow with the file.

Parquet can only be read from its end, and not by ranges of bytes: so it is converted once, and the copy is planned and
read as any CSV file. Only requested columns are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from sluice.engine.formats.caps import Caps
from sluice.engine.formats.parquet.bounds import check_footer, pieces, rows_at_once
from sluice.engine.formats.parquet.int96 import Nanos, int96_columns
from sluice.engine.formats.spelled.arrow import check_kind, spell
from sluice.engine.formats.text.header import Names, masked, match_header
from sluice.engine.types.base import ColumnType
from sluice.errors import DataError

_BUFFER = 1 << 18  # read pages in pieces; otherwise a column of a large row group would be in memory as a whole


def is_parquet(head: bytes) -> bool:
    """Whether a file's first bytes are those of Parquet, plain or encrypted; a CSV's `PARENT,...` are not."""
    if head.startswith(b"PAR1"):
        return head[4:5] < b" " and head[4:5] not in b"\t\r\n"
    return head.startswith(b"PARE") and b"\0" in head[4:8]


def names_of_parquet(file: BinaryIO) -> tuple[str, ...]:
    """The names of all columns of a file. Raises DataError `corrupt`."""
    with _reading():
        return tuple(_opened(file, "s").schema_arrow.names)


def spell_parquet(file: BinaryIO, columns: Mapping[str, ColumnType], caps: Caps) -> Iterator[bytes]:
    """The file as CSV: UTF-8, with a header, delimiter `,`, in pieces of whole rows.

    `file` is seekable; `columns` are requested headers and their declared types. Those that the file has are in the
    given order, under the file's own names, each once. Null is an empty field, and empty text `""`; both are `""` in a
    file of one column, where an empty line would not be a row. A value outside the declared type is written so that the
    type refuses it.

    Raises DataError: `corrupt` (broken, truncated or encrypted), `not_text` (a requested column is nested or
    binary), `duplicate_header`, `missing_header` (without any requested column), `unknown_zone`, `too_large` and
    `too_compressed` (more in memory than is allowed for a file of its size).
    """
    with _reading():
        source = _opened(file, "s")  # nanoseconds alone would silently overflow in the year 2262
        schema = source.schema_arrow
    requested = _requested(schema, columns)
    for name in requested:
        check_kind(name, schema.field(name).type, requested[name])
    yield _written(pa.table({name: pa.array([], pa.string()) for name in requested}), header=True)
    fine = int96_columns(source, list(requested))
    nanos = Nanos(_batches(file, _opened(file, "ns", source.metadata), fine, caps)) if fine else None
    for batch in _batches(file, source, list(requested), caps):
        exact = nanos.instants(batch.select(fine)) if nanos else {}
        spelled = {name: spell(name, exact.get(name, batch.column(name)), kind) for name, kind in requested.items()}
        yield _written(_without_empty_lines(pa.table(spelled)), header=False)


def _opened(file: BinaryIO, int96: str, metadata: pq.FileMetaData | None = None) -> pq.ParquetFile:
    """The file, with the unit for its INT96 timestamps."""
    check_footer(file)
    return pq.ParquetFile(
        file,
        metadata=metadata,
        buffer_size=_BUFFER,
        pre_buffer=False,
        page_checksum_verification=True,
        coerce_int96_timestamp_unit=int96,
    )


def _requested(schema: pa.Schema, columns: Mapping[str, ColumnType]) -> dict[str, ColumnType]:
    """The file's own names of the requested columns, and their declared types."""
    positions = match_header(Names(tuple(schema.names)), tuple(columns), ()).positions
    types: dict[str, ColumnType] = {}
    for header, at in positions.items():
        if at is not None:
            types.setdefault(schema.names[at], columns[header])
    if not types:
        names = ", ".join(repr(masked(name)) for name in schema.names)
        raise DataError("missing_header", f"None of the table's columns is in the file; it has {names}.")
    return types


def _batches(file: BinaryIO, source: pq.ParquetFile, names: list[str], caps: Caps) -> Iterator[pa.RecordBatch]:
    facts = source.metadata
    left = facts.num_rows
    for group in range(facts.num_row_groups):
        with _reading():
            rows = rows_at_once(file, source, group, names, caps)
        batches = source.iter_batches(rows, row_groups=[group], columns=names, use_threads=False)
        while True:
            with _reading():
                batch = next(batches, None)
            if batch is None:
                break
            left -= batch.num_rows
            yield from pieces(batch)
    if left:
        raise DataError("corrupt", f"The Parquet file declares {facts.num_rows:,} rows, and {left:,} are missing.")


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:  # the last one: for names that are not UTF-8
        if isinstance(error, OSError) and error.errno is not None:
            raise  # an error of the disk or the network, not of the file's content
        what = " ".join(str(error).split()).rstrip(".")
        if "encrypted" in what or "decrypt" in what:
            raise DataError("corrupt", "The Parquet file is encrypted; write it without encryption.") from error
        raise DataError(
            "corrupt", f"The Parquet file is broken or not complete ({what[:200]}); write or copy it again."
        ) from error


def _without_empty_lines(rows: pa.Table) -> pa.Table:
    """A single null would be an empty line, which is not a row of a CSV."""
    if rows.num_columns > 1:
        return rows
    name = rows.column_names[0]
    return pa.table({name: rows.column(0).cast(pa.string()).fill_null("")})


def _written(rows: pa.Table, *, header: bool) -> bytes:
    sink = pa.BufferOutputStream()
    pa.csv.write_csv(rows, sink, pa.csv.WriteOptions(include_header=header))
    written: bytes = sink.getvalue().to_pybytes()
    return written
