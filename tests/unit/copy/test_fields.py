"""What each Arrow type becomes: a length and a value, and what is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from sluice.engine.rows.copy.cells import even, pack
from sluice.engine.rows.copy.fields import field
from sluice.errors import DataError

FIRST_US = -210_866_803_200_000_000


def encoded(column: pa.Array) -> list[bytes]:
    """Length and value of each row."""
    cells, tail, shorter = field(column)
    packed = even(pack(cells, len(column))).to_pylist()
    less = [0] * len(column) if shorter is None else shorter.tolist()
    values = [b""] * len(column) if tail is None else tail.to_pylist()
    return [each[: len(each) - left_out] + value for each, left_out, value in zip(packed, less, values, strict=True)]


SECOND = [dt.datetime(2000, 1, 1, 0, 0, 1)]
AROUND_2000 = [dt.date(2000, 1, 1), dt.date(1999, 12, 31)]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([1, -1], pa.int64()), ["00000008 0000000000000001", "00000008 ffffffffffffffff"]),
        (pa.array([-(2**31)], pa.int32()), ["00000004 80000000"]),
        (pa.array([2**15 - 1], pa.int16()), ["00000002 7fff"]),
        (pa.array([True, False]), ["00000001 01", "00000001 00"]),
        (pa.array(["añ", ""]), ["00000003 61c3b1", "00000000"]),
        (pa.array(AROUND_2000), ["00000004 00000000", "00000004 ffffffff"]),
        (pa.array(SECOND, pa.timestamp("us", "UTC")), ["00000008 00000000000f4240"]),
        (pa.array(SECOND, pa.timestamp("us")), ["00000008 00000000000f4240"]),
        (pa.array([Decimal("0.5")], pa.decimal128(3, 1)), ["0000000a 0001 ffff 0000 0001 1388"]),
    ],
    ids=lambda case: str(case.type) if isinstance(case, pa.Array) else "",
)
def test_each_type_is_these_bytes(column: pa.Array, expected: list[str]) -> None:
    rows = [bytes.fromhex(row) for row in expected]
    assert encoded(column) == rows
    sliced = pa.concat_arrays([column, column])[len(column) :]
    assert sliced.offset == len(column)
    assert encoded(sliced) == rows
    null = b"\xff\xff\xff\xff"
    with_nulls = pa.concat_arrays([pa.nulls(1, column.type), column, pa.nulls(2, column.type)])
    assert encoded(with_nulls) == [null, *rows, null, null]
    assert encoded(with_nulls[1 : len(column) + 2]) == [*rows, null]
    assert encoded(pa.nulls(3, column.type)) == [null, null, null]


def test_a_slice_of_text_starts_at_its_own_bytes() -> None:
    assert encoded(pa.array(["aaa", "b", "cc"])[1:]) == [b"\0\0\0\x01b", b"\0\0\0\x02cc"]


def test_a_null_text_that_keeps_bytes_sends_none() -> None:
    buffers = [pa.py_buffer(b"\x05"), pa.py_buffer(np.array([0, 1, 3, 4], np.int32)), pa.py_buffer(b"abbc")]
    column = pa.Array.from_buffers(pa.string(), 3, buffers)
    assert column.to_pylist() == ["a", None, "c"]
    assert encoded(column) == [b"\0\0\0\x01a", b"\xff\xff\xff\xff", b"\0\0\0\x01c"]


def test_a_null_date_out_of_range_harms_nothing() -> None:
    days = pa.py_buffer(np.array([-(2**31), 10_957], np.int32))
    column = pa.Array.from_buffers(pa.date32(), 2, [pa.py_buffer(b"\x02"), days])
    assert encoded(column) == [b"\xff\xff\xff\xff", b"\0\0\0\x04" + bytes(4)]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([-(2**31)], pa.int32()).cast(pa.date32()),
        pa.array([-(2**31) + 10_956], pa.int32()).cast(pa.date32()),  # would wrap to the date 'infinity'
        pa.array([-2_440_589], pa.int32()).cast(pa.date32()),
        pa.array([2_145_042_906], pa.int32()).cast(pa.date32()),
        pa.array([-(2**63)], pa.int64()).cast(pa.timestamp("us", "UTC")),
        pa.array([FIRST_US - 1], pa.int64()).cast(pa.timestamp("us")),
    ],
)
def test_what_postgresql_cannot_hold_is_refused_before_it_wraps_around(column: pa.Array) -> None:
    with pytest.raises(DataError) as refused:
        field(column)
    assert refused.value.code == "out_of_range"


@pytest.mark.parametrize(
    "kind",
    [pa.float32(), pa.uint64(), pa.int8(), pa.large_string(), pa.large_binary(), pa.timestamp("ns"), pa.null()],
    ids=str,
)
def test_another_type_is_refused_by_name(kind: pa.DataType) -> None:
    with pytest.raises(TypeError, match=r"is not supported in a COPY stream") as refused:
        field(pa.nulls(1, kind))
    assert str(kind) in str(refused.value)
