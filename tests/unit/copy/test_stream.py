"""The stream as a whole: literal bytes of small tables, and tables of any shape read back byte by byte."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine.rows.copy import CHUNK_BYTES, encode, encode_rows
from sluice.engine.rows.picked import are_scattered
from tests.kit.budget import examples

HEADER = b"PGCOPY\n\xff\r\n\x00" + b"\x00\x00\x00\x00" + b"\x00\x00\x00\x00"
TRAILER = b"\xff\xff"


def table(**columns: pa.Array) -> pa.Table:
    return pa.table(columns)


def lines(count: int, first: int = 2) -> pa.Array:
    return pa.array(range(first, first + count), pa.int64())


def stream(rows: pa.Table, input_id: int = 7) -> bytes:
    """The one stream of a small table."""
    (only,) = encode_rows(rows, input_id=input_id)
    return only


def tuples_of(rows: pa.Table) -> list[list[bytes | None]]:
    return [fields for each in encode_rows(rows, input_id=7) for fields in split(each)]


def split(whole: bytes) -> list[list[bytes | None]]:
    """The stream's tuples as lists of raw fields, None for null: read one byte after another."""
    assert whole.startswith(HEADER)
    at, tuples = len(HEADER), []
    while (count := int.from_bytes(whole[at : at + 2], signed=True)) != -1:
        at, fields = at + 2, list[bytes | None]()
        for _ in range(count):
            size = int.from_bytes(whole[at : at + 4], signed=True)
            fields.append(None if size == -1 else whole[at + 4 : at + 4 + size])
            at += 4 + max(size, 0)
        tuples.append(fields)
    assert whole[at:] == TRAILER
    return tuples


def test_a_row_of_numbers_is_these_bytes() -> None:
    rows = table(a=pa.array([258], pa.int64()), b=pa.array([-2], pa.int32()), _line=lines(1))
    assert stream(rows) == (
        HEADER
        + b"\x00\x04"
        + b"\x00\x00\x00\x08" + b"\x00\x00\x00\x00\x00\x00\x01\x02"
        + b"\x00\x00\x00\x04" + b"\xff\xff\xff\xfe"
        + b"\x00\x00\x00\x08" + b"\x00\x00\x00\x00\x00\x00\x00\x07"
        + b"\x00\x00\x00\x08" + b"\x00\x00\x00\x00\x00\x00\x00\x02"
        + TRAILER
    )  # fmt: skip


def test_text_and_nulls_are_these_bytes() -> None:
    rows = table(t=pa.array(["é", None, ""]), n=pa.array([None, 1, None], pa.int16()), _line=lines(3))
    lineage = b"\x00\x00\x00\x08" + b"\x00\x00\x00\x00\x00\x00\x00\x07" + b"\x00\x00\x00\x08" + bytes(7)
    assert stream(rows) == (
        HEADER
        + b"\x00\x04" + b"\x00\x00\x00\x02\xc3\xa9" + b"\xff\xff\xff\xff" + lineage + b"\x02"
        + b"\x00\x04" + b"\xff\xff\xff\xff" + b"\x00\x00\x00\x02\x00\x01" + lineage + b"\x03"
        + b"\x00\x04" + b"\x00\x00\x00\x00" + b"\xff\xff\xff\xff" + lineage + b"\x04"
        + TRAILER
    )  # fmt: skip


def test_a_table_without_rows_gives_no_stream() -> None:
    empty = table(t=pa.array([], pa.string()), d=pa.array([], pa.decimal128(12, 4)), _line=lines(0))
    assert encode_rows(empty, input_id=7) == []
    no_chunks = pa.table({"_line": pa.chunked_array([], pa.int64())})
    assert encode_rows(no_chunks, input_id=7) == []


def test_a_table_of_lines_only_has_two_fields() -> None:
    assert split(stream(table(_line=lines(1)))) == [[bytes(7) + b"\x07", bytes(7) + b"\x02"]]


def test_the_line_must_be_the_last_column() -> None:
    rows = table(_line=lines(1), a=pa.array([1], pa.int64()))
    with pytest.raises(ValueError, match="The last column must be _line; the columns are _line, a"):
        encode_rows(rows, input_id=7)


def test_many_rows_make_several_streams_of_whole_rows_below_the_limit() -> None:
    count = 60_000
    rows = table(t=pa.array([f"text {i % 977}" * (i % 5) for i in range(count)]), _line=lines(count))
    streams = encode_rows(rows, input_id=7)
    assert len(streams) > 2
    assert all(CHUNK_BYTES // 4 < len(each) <= CHUNK_BYTES for each in streams[:-1])
    tuples = tuples_of(rows)
    assert [fields[0] for fields in tuples] == [f"text {i % 977}".encode() * (i % 5) for i in range(count)]
    assert [fields[2] for fields in tuples] == [(i + 2).to_bytes(8) for i in range(count)]


def test_a_value_larger_than_a_stream_goes_through_in_one_of_its_own() -> None:
    rows = table(t=pa.array(["x" * (3 * CHUNK_BYTES), "y", None]), _line=lines(3))
    longer = [len(each) > CHUNK_BYTES for each in encode_rows(rows, input_id=7)]
    assert longer[0]
    assert not any(longer[1:])
    assert [fields[0] for fields in tuples_of(rows)] == [b"x" * (3 * CHUNK_BYTES), b"y", None]


@pytest.mark.parametrize(("longer", "joined"), [("long text", False), ("long text" * 20, True)])
def test_memory_stays_below_four_times_the_stream(longer: str, joined: bool) -> None:
    count = 200_000
    rows = table(t=pa.array(["text", longer] * (count // 2)), n=lines(count), _line=lines(count))
    counting, usual = pa.proxy_memory_pool(pa.default_memory_pool()), pa.default_memory_pool()
    pa.set_memory_pool(counting)
    tracemalloc.start()
    try:
        streams = encode_rows(rows, input_id=7)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        pa.set_memory_pool(usual)
    assert (counting.max_memory() > 0) == joined
    assert peak + counting.max_memory() < 4 * sum(map(len, streams))


TYPED: dict[str, tuple[pa.DataType, st.SearchStrategy[Any], Callable[[Any], bytes]]] = {
    "n": (pa.int64(), st.integers(-(2**63), 2**63 - 1), lambda v: v.to_bytes(8, signed=True)),
    "i": (pa.int32(), st.integers(-(2**31), 2**31 - 1), lambda v: v.to_bytes(4, signed=True)),
    "s": (pa.int16(), st.integers(-(2**15), 2**15 - 1), lambda v: v.to_bytes(2, signed=True)),
    "b": (pa.bool_(), st.booleans(), lambda v: bytes([v])),
    "t": (pa.string(), st.text(max_size=9), lambda v: v.encode()),
    "e": (pa.string(), st.sampled_from(["four", "five"]), lambda v: v.encode()),
    "l": (pa.string(), st.sampled_from(["", "x", "long" * 20]), lambda v: v.encode()),
}
shapes = st.lists(st.sampled_from(sorted(TYPED)), max_size=6)


@settings(deadline=None, max_examples=examples(150))
@given(data=st.data(), shape=shapes, count=st.integers(1, 40), batch_bytes=st.sampled_from([1, 200, 1 << 21]))
def test_any_mix_of_columns_reads_back(data: st.DataObject, shape: list[str], count: int, batch_bytes: int) -> None:
    columns, expected = {}, []
    for at, kind in enumerate(shape):
        arrow, values, raw = TYPED[kind]
        cell = values if data.draw(st.booleans()) else st.none() | values
        drawn = data.draw(st.lists(cell, min_size=count, max_size=count))
        cut = data.draw(st.integers(0, count))
        padded = pa.array([drawn[0], *drawn], arrow)  # offsets other than 0, one or two chunks
        halves = [half for half in (padded[1 : cut + 1], padded[cut + 1 :]) if len(half)]
        columns[f"{kind}{at}"] = pa.chunked_array(halves)
        expected.append([None if value is None else raw(value) for value in drawn])
    rows = pa.table({**columns, "_line": lines(count)})
    lineage = [[(7).to_bytes(8)] * count, [(line + 2).to_bytes(8) for line in range(count)]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encode, "BATCH_BYTES", batch_bytes)
        assert tuples_of(rows) == [list(fields) for fields in zip(*expected, *lineage, strict=True)]


@settings(deadline=None, max_examples=examples(100))
@given(data=st.data(), count=st.integers(1, 40), scattered=st.booleans(), size=st.sampled_from([100, 1 << 21]))
def test_rows_in_another_order_are_encoded_as_if_they_had_come_so(
    data: st.DataObject, count: int, *, scattered: bool, size: int
) -> None:
    texts = data.draw(st.lists(st.none() | st.text(max_size=9), min_size=count, max_size=count))
    rows = table(t=pa.array(texts, pa.string()), n=lines(count, first=9), _line=lines(count))
    order = np.array(data.draw(st.permutations(range(count)))[: data.draw(st.integers(0, count))], np.int64)
    inputs = np.arange(count) + 100
    expected = [fields for each in encode_rows(rows.take(order), input_id=inputs[order]) for fields in split(each)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encode, "are_scattered", lambda _: scattered)
        patch.setattr(encode, "BATCH_BYTES", size)
        patch.setattr(encode, "CHUNK_BYTES", size)
        streams = encode_rows(rows, input_id=inputs, order=order)
    assert [fields for each in streams for fields in split(each)] == expected


def test_only_an_order_that_jumps_is_scattered() -> None:
    assert are_scattered(np.arange(10_000).reshape(2, 5000).T.ravel())
    assert not are_scattered(np.arange(10_000)[::-1])
    assert not are_scattered(np.array([], np.int64))
