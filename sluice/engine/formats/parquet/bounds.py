"""How much of a Parquet file is in memory at once: decided by the headers of its pages, before a page is unpacked.

The sizes in the footer are not relied on: a file may declare others. A few bytes can be a dictionary of huge texts,
each repeated a billion times, or a page that unpacks to 2 GiB.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from sluice.engine.formats.caps import Caps, too_compressed
from sluice.engine.formats.parquet.pages import Chunk, PageFacts, chunk_of
from sluice.errors import DataError

MOST_FOOTER_BYTES = 16 << 20
MOST_PAGE_BYTES = 256 << 20
_HARMLESS = 64 << 20
_MOST_ROWS = 1 << 14
_BATCH_BYTES = 4 << 20
_TRAILER = 8


def check_footer(file: BinaryIO) -> None:
    """Raises DataError `too_large` for a footer that would take too much memory."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(size - _TRAILER, 0))
    length = int.from_bytes(file.read(_TRAILER)[:4], "little")
    file.seek(0)
    if MOST_FOOTER_BYTES < length < size:
        raise DataError(
            "too_large",
            f"The Parquet file's footer has {length:,} bytes; at most {MOST_FOOTER_BYTES:,} are read. Write fewer "
            "columns, or larger row groups.",
        )


def rows_at_once(file: BinaryIO, source: pq.ParquetFile, group: int, names: Sequence[str], caps: Caps) -> int:
    """How many rows of a row group can be read at once, in the columns `names`: from 1 to 16,384.

    Raises DataError `too_large`, `too_compressed` when even one row would take too much memory, and `corrupt`.
    """
    packed = file.seek(0, io.SEEK_END)
    facts = source.metadata.row_group(group)
    chunks: list[Chunk] = []
    for at in range(facts.num_columns):
        column = facts.column(at)
        if _is_of(column.path_in_schema, names):
            chunks.append(chunk_of(file, column, MOST_PAGE_BYTES))
            _check(sum(chunk.in_memory for chunk in chunks), packed, caps)
    longest = sum(chunk.longest for chunk in chunks)
    rows = max(1, min(_MOST_ROWS, _BATCH_BYTES // max(longest, 1)))
    room = max(_BATCH_BYTES, 2 * sum(chunk.in_memory for chunk in chunks))
    while rows > 1 and sum(_most_bytes(chunk.pages, rows) for chunk in chunks) > room:
        rows //= 2
    return rows


def pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The rows of a batch in pieces of at most about 8 MiB, as their text takes the same again."""
    if batch.num_rows < 2 or batch.nbytes <= 2 * _BATCH_BYTES:
        yield batch
        return
    half = batch.num_rows // 2
    yield from pieces(batch.slice(0, half))
    yield from pieces(batch.slice(half))


def _is_of(path: str, names: Sequence[str]) -> bool:
    return any(path == name or path.startswith(f"{name}.") for name in names)


def _check(size: int, packed: int, caps: Caps) -> None:
    if size > MOST_PAGE_BYTES:
        raise DataError(
            "too_large",
            f"One page of each requested column of the Parquet file takes {size:,} bytes of memory or more; at most "
            f"{MOST_PAGE_BYTES:,} are read. Write the file with smaller pages, or with shorter values.",
        )
    if size > _HARMLESS and size > packed * caps.max_ratio:
        raise too_compressed(packed, size, caps)


def _most_bytes(pages: Sequence[PageFacts], rows: int) -> int:
    """The most bytes of the pages that `rows` consecutive values, at least 2, can be in."""
    most = size = values = first = 0
    for last, page in enumerate(pages):
        size += page.size
        values += page.values
        # between the first and the last value are rows - 2: all of the pages between must be among them
        while first < last and values - pages[first].values - page.values > rows - 2:
            size -= pages[first].size
            values -= pages[first].values
            first += 1
        most = max(most, size)
    return most
