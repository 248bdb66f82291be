"""A file of a few bytes takes little memory and disk, however many and however long the values that it declares."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice import Column, Files, Table
from sluice.engine.formats.parquet import names_of_parquet, spell_parquet
from sluice.engine.formats.parquet.thrift import Incomplete, NotAStruct, read_struct
from sluice.engine.sources.files.opening import opened
from sluice.engine.types import Text
from sluice.errors import DataError
from tests.unit.parquet.files import CAPS, parquet, spelled

MIB = 1 << 20
TABLE = Table("t", key=("a",), columns=[Column("a", Text(), required=True), Column("b", Text())])


class Peak:
    """The most memory that Arrow had at once in the block."""

    _kept: ClassVar[list[pa.MemoryPool]] = []  # what is freed later, with a traceback, must find its pool

    def __enter__(self) -> Self:
        self._before = pa.default_memory_pool()
        self._pool = pa.proxy_memory_pool(self._before)
        self._kept.append(self._pool)
        pa.set_memory_pool(self._pool)
        return self

    def __exit__(self, *_: object) -> None:
        self.mib = (self._pool.max_memory() or 0) / MIB
        pa.set_memory_pool(self._before)


def written(rows: int, batch: pa.RecordBatch, **how: Any) -> io.BytesIO:
    """A file of one row group: the batch again and again."""
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, batch.schema, compression="zstd", write_statistics=False, **how) as writer:
        for _ in range(rows // batch.num_rows):
            writer.write_batch(batch, rows)
    return sink


def repeated(text: str, times: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array([0] * times, pa.int32()), [text])


def long_text_of_a_dictionary() -> io.BytesIO:
    return parquet({"a": repeated("x" * MIB, 8000)}, compression="zstd")


def long_texts_of_many_columns() -> io.BytesIO:
    text = repeated("x" * (MIB // 4), 16_000)
    return parquet({"a": text, "b": text, "c": text, "d": text}, compression="gzip")


def long_text_in_every_row() -> io.BytesIO:
    return written(2000, pa.record_batch({"a": ["x" * 100_000] * 10}), use_dictionary=False)


def texts_that_share_their_beginning() -> io.BytesIO:
    batch = pa.record_batch({"a": ["x" * 100_000] * 10})
    return written(2000, batch, use_dictionary=False, column_encoding={"a": "DELTA_BYTE_ARRAY"})


def a_number_of_rows() -> io.BytesIO:
    return parquet({"a": np.zeros(34_000_000, np.int8)}, compression="zstd", row_group_size=40_000_000)


def nulls() -> io.BytesIO:
    rows = 34_000_000
    return parquet({"a": pa.nulls(rows, pa.int8()), "b": pa.nulls(rows, pa.int8())}, row_group_size=rows)


def a_page_of_one_value() -> io.BytesIO:
    return parquet({"a": ["x" * (100 * MIB)]}, compression="zstd", use_dictionary=False, write_statistics=False)


def a_dictionary_of_one_value() -> io.BytesIO:
    how = {"compression": "zstd", "write_statistics": False, "dictionary_pagesize_limit": 1 << 30}
    return parquet({"a": ["x" * (100 * MIB)]}, **how)


def empty_texts_by_their_lengths() -> io.BytesIO:
    empty = pa.StringArray.from_buffers(2_000_000, pa.py_buffer(bytes(8_000_004)), pa.py_buffer(b""))
    how = {"max_rows_per_page": 1 << 30, "column_encoding": {"a": "DELTA_LENGTH_BYTE_ARRAY"}}
    return written(24_000_000, pa.record_batch({"a": empty}), use_dictionary=False, **how)


BOMBS = [
    long_text_of_a_dictionary, long_texts_of_many_columns, long_text_in_every_row, texts_that_share_their_beginning,
    a_number_of_rows, pytest.param(nulls, marks=pytest.mark.slow), a_page_of_one_value, a_dictionary_of_one_value,
    empty_texts_by_their_lengths,
]  # fmt: skip


def read_whole(path: Path) -> None:
    with opened(str(path), Files("*"), TABLE) as text:
        while text.stream.read(MIB):
            pass


@pytest.mark.parametrize("make", BOMBS, ids=lambda make: make.__name__)
def test_a_small_file_that_holds_too_much_is_refused_in_little_memory(
    make: Callable[[], io.BytesIO], tmp_path: Path
) -> None:
    path = tmp_path / "bomb.parquet"
    path.write_bytes(make().getvalue())
    assert path.stat().st_size < 330_000
    with Peak() as peak, pytest.raises(DataError) as caught:
        read_whole(path)
    assert caught.value.code == "too_compressed"
    assert "raise SLUICE_MAX_RATIO" in caught.value.reason
    assert peak.mib < 100


def test_a_page_may_not_declare_more_than_the_footer_does() -> None:
    file = parquet({"a": ["x" * 1_100_000]}, compression="zstd", use_dictionary=False, write_statistics=False)
    raw = file.getvalue()
    assert raw[4:7] == b"\x15\0\x15"  # the type of the page, and the field of its size unpacked, in four bytes
    declares_more = raw[:7] + b"\xfe\xff\xff\x7f" + raw[11:]
    with Peak() as peak, pytest.raises(DataError, match="have unpacked to 134,217,") as caught:
        list(spell_parquet(io.BytesIO(declares_more), {"a": Text()}, CAPS))
    assert caught.value.code == "too_compressed"
    assert peak.mib < 8


def test_pages_that_take_too_much_memory_together_are_refused_whatever_the_ratio() -> None:
    text = ["x" * (70 * MIB)]
    file = parquet(dict.fromkeys("abcd", text), compression="none", use_dictionary=False, write_statistics=False)
    with pytest.raises(DataError, match="at most 268,435,456 are read") as caught:
        list(spell_parquet(file, dict.fromkeys("abcd", Text()), CAPS))
    assert caught.value.code == "too_large"
    assert sum(map(len, spell_parquet(file, {"a": Text()}, CAPS))) == 73_400_327


def test_a_footer_that_is_too_long_is_refused_before_it_is_read() -> None:
    whole = parquet({"a": [1]}).getvalue()
    long = b"PAR1" + bytes(17 * MIB) + (17 * MIB).to_bytes(4, "little") + whole[-4:]
    for read in (names_of_parquet, lambda file: list(spell_parquet(file, {"a": Text()}, CAPS))):
        with pytest.raises(DataError, match="footer has 17,825,792 bytes; at most 16,777,216") as caught:
            read(io.BytesIO(long))
        assert caught.value.code == "too_large"


def test_long_texts_of_a_dictionary_are_written_in_small_pieces() -> None:
    file = parquet({"a": repeated("x" * MIB, 100), "b": pa.array(range(100))})
    with Peak() as peak:
        rows = [len(piece) for piece in spell_parquet(file, {"a": Text(), "b": Text()}, CAPS)]
    assert sum(rows) == len('"a","b"\n') + 100 * (MIB + 4) + 10 + 2 * 90
    assert max(rows) < 5 * MIB
    assert peak.mib < 40


@given(
    lengths=st.lists(st.one_of(st.none(), st.integers(0, 3), st.integers(0, 70_000)), min_size=1, max_size=60),
    encoding=st.sampled_from([None, "PLAIN", "DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"]),
    packing=st.sampled_from(["none", "snappy", "gzip", "zstd", "lz4", "brotli"]),
    version=st.sampled_from(["1.0", "2.0"]),
    group=st.integers(1, 60),
)
def test_every_way_to_write_texts_gives_the_same_rows(
    lengths: list[int | None], encoding: str | None, packing: str, version: str, group: int
) -> None:
    texts = [None if length is None else "ab" * (length // 2) for length in lengths]
    how: dict[str, Any] = {"use_dictionary": encoding is None, "data_page_size": 1000, "row_group_size": group}
    if encoding is not None:
        how["column_encoding"] = {"a": encoding}
    columns = {"a": pa.array(texts, pa.string()), "n": pa.array(range(len(texts)))}
    found = spelled(
        columns, {"a": Text(), "n": Text()}, compression=packing, data_page_version=version,
        dictionary_pagesize_limit=100_000, max_rows_per_page=7, **how,
    )  # fmt: skip
    expected = [f"{'' if text is None else chr(34) + text + chr(34)},{at}" for at, text in enumerate(texts)]
    assert found.splitlines() == ['"a","n"', *expected]


@given(at=st.integers(4, 3000), byte=st.integers(0, 255))
def test_a_changed_byte_gives_rows_or_a_refusal_in_little_memory(at: int, byte: int) -> None:
    texts = [f"text {n}" for n in range(200)]
    raw = bytearray(parquet({"a": texts}, compression="zstd", write_page_checksum=True).getvalue())
    raw[at % len(raw)] = byte
    with Peak() as peak:
        try:
            list(spell_parquet(io.BytesIO(bytes(raw)), {"a": Text()}, CAPS))
        except DataError as error:
            assert error.code in {"corrupt", "missing_header", "not_text", "too_compressed", "too_large"}  # noqa: PT017
    assert peak.mib < 100


@given(st.binary(max_size=200))
def test_any_bytes_are_a_struct_or_none(data: bytes) -> None:
    try:
        _, length = read_struct(data)
    except (Incomplete, NotAStruct):
        return
    assert 0 < length <= len(data)
