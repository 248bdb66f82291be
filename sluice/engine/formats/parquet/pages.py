"""The pages of a column chunk, by their headers: what a reader must have in memory, before it has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from sluice.engine.formats.parquet.thrift import Incomplete, NotAStruct, Struct, read_struct
from sluice.errors import DataError

_HEAD, _LONGEST_HEADER = 1 << 10, 16 << 20  # Arrow reads no longer header
_DICTIONARY = 2
_UNPACKED, _PACKED, _DATA, _DICTIONARY_HEADER, _DATA_V2 = 2, 3, 5, 7, 8  # ids of PageHeader's fields
_VALUES = 1
_ENCODING, _ENCODING_V2 = 2, 4
_DELTA_LENGTHS, _DELTA_TEXT = 6, 7
_PER_LENGTH, _PER_ENTRY = 8, 16  # bytes of Arrow's own for a value whose length is packed, and for a dictionary's entry


@dataclass(frozen=True)
class PageFacts:
    """A page: `size` is its memory unpacked in bytes, `values` its number of values, `longest` the most bytes of one of
    its values where values share bytes, else 0."""

    size: int
    values: int
    longest: int = 0


@dataclass(frozen=True)
class Chunk:
    """The pages of a column in a row group. `entry` is the most bytes of an entry of the dictionary."""

    pages: list[PageFacts]
    dictionary: int = 0
    entry: int = 0

    @property
    def in_memory(self) -> int:
        """The bytes that a reader has in memory at once: the dictionary and one page."""
        return self.dictionary + max((page.size for page in self.pages), default=0)

    @property
    def longest(self) -> int:
        """The most bytes of a value that may be there more often than its bytes are in the file."""
        return max([self.entry, *(page.longest for page in self.pages)])


def chunk_of(file: BinaryIO, facts: pq.ColumnChunkMetaData, most: int) -> Chunk:
    """Read the headers of a chunk's pages. `most` is the limit for a dictionary that is looked into.

    Raises DataError `corrupt`.
    """
    pages: list[PageFacts] = []
    dictionary = entry = 0
    for header, at in _headers(file, facts):
        unpacked, packed = _number(header, _UNPACKED), _number(header, _PACKED)
        if _DICTIONARY_HEADER in header:
            values = _number(_within(header, _DICTIONARY_HEADER), _VALUES)
            dictionary += packed + unpacked + _PER_ENTRY * values
            if dictionary <= most:
                entry = max(entry, _longest_entry(file, at, packed, unpacked, values, facts))
        else:
            pages.append(_page(header, unpacked, packed))
    return Chunk(pages, dictionary, entry)


def _page(header: Struct, unpacked: int, packed: int) -> PageFacts:
    second = _DATA_V2 in header
    data = _within(header, _DATA_V2 if second else _DATA)
    values = _number(data, _VALUES) if data else 0
    encoding = data.get(_ENCODING_V2 if second else _ENCODING, 0)
    lengths = _PER_LENGTH * values if encoding in (_DELTA_LENGTHS, _DELTA_TEXT) else 0
    return PageFacts(unpacked + packed + lengths, values, unpacked if encoding == _DELTA_TEXT else 0)


def _headers(file: BinaryIO, facts: pq.ColumnChunkMetaData) -> Iterator[tuple[Struct, int]]:
    """The headers of the pages, and where each page's bytes begin."""
    at = facts.data_page_offset
    if facts.has_dictionary_page and 0 < (facts.dictionary_page_offset or 0) < at:
        at = facts.dictionary_page_offset
    end, seen = at + facts.total_compressed_size, 0
    while at < end and seen < facts.num_values:
        header, length = _header(file, at)
        at += length
        yield header, at
        at += _number(header, _PACKED)
        seen += sum(_number(_within(header, each), _VALUES) for each in (_DATA, _DATA_V2) if each in header)


def _header(file: BinaryIO, at: int) -> tuple[Struct, int]:
    size = _HEAD
    while True:
        file.seek(at)
        data = file.read(size)
        try:
            return read_struct(data)
        except Incomplete:
            if len(data) < size or size >= _LONGEST_HEADER:
                raise _broken(at, "it ends early") from None
            size *= 8
        except NotAStruct as error:
            raise _broken(at, str(error)) from None


def _longest_entry(
    file: BinaryIO, at: int, packed: int, unpacked: int, values: int, facts: pq.ColumnChunkMetaData
) -> int:
    """The most bytes of an entry; of a dictionary that cannot be read here, all of its bytes."""
    if facts.physical_type != "BYTE_ARRAY":
        return unpacked // max(values, 1)
    file.seek(at)
    data = file.read(packed)
    try:
        if facts.compression != "UNCOMPRESSED":
            codec = "lz4_raw" if facts.compression.startswith("LZ4") else facts.compression.lower()
            data = pa.decompress(data, unpacked, codec, asbytes=True)
    except (pa.ArrowException, OSError, ValueError):
        return unpacked
    return _longest_text(data, values)


def _longest_text(data: bytes, values: int) -> int:
    """The longest of texts that are each written behind its length."""
    at = longest = 0
    for _ in range(values):
        length = int.from_bytes(data[at : at + 4], "little")
        at += 4 + length
        if at > len(data):
            return len(data)
        longest = max(longest, length)
    return longest


def _within(header: Struct, field: int) -> Struct:
    inner = header.get(field, {})
    if not isinstance(inner, dict):
        raise _broken(0, f"field {field} is not a struct")
    return inner


def _number(header: Struct, field: int) -> int:
    value = header.get(field)
    if not isinstance(value, int) or value < 0:
        raise _broken(0, f"field {field} is not a size")
    return value


def _broken(at: int, why: str) -> DataError:
    return DataError(
        "corrupt",
        f"The Parquet file is broken or not complete (the header of a page near byte {at:,}: {why}); write or copy it "
        "again.",
    )
