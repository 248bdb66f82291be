"""Files as they come: which columns are read, how they are packed, and what makes a file unusable."""

from __future__ import annotations

import io
import tracemalloc
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sluice.engine.formats.csv import CsvOptions, plan_csv
from sluice.engine.formats.parquet import is_parquet, spell_parquet
from sluice.engine.types import Integer, Text
from sluice.errors import DataError
from tests.unit.parquet.files import CAPS, parquet, spelled


def refused(file: Any, *wanted: str) -> tuple[str, str]:
    with pytest.raises(DataError) as caught:
        list(spell_parquet(file, dict.fromkeys(wanted or ("a",), Text()), CAPS))
    return caught.value.code, caught.value.reason


def test_wanted_columns_come_under_their_own_names_in_the_order_declared() -> None:
    columns = {"unwanted": [1, 2], "B ": ["x", None], "A": pa.array([1, None])}
    declared = {"a": Integer(), "missing": Text(), "b": Text()}
    assert spelled(columns, declared) == '"A","B "\n1,"x"\n,\n'


def test_null_is_empty_and_empty_text_is_two_quotes() -> None:
    assert spelled({"a": ["", None], "b": [1, 1]}, {"a": Text(), "b": Integer()}) == '"a","b"\n"",1\n,1\n'


def test_a_row_without_any_value_is_a_row() -> None:
    for values in (pa.array([1, None, None]), pa.array(["1", None, ""])):
        text = spelled({"a": values}, {"a": Integer()})
        assert text == '"a"\n"1"\n""\n""\n'
        assert plan_csv(io.BytesIO(text.encode()), part_bytes=99, options=CsvOptions(",")).read == 3


def test_a_file_without_rows_is_a_header() -> None:
    assert spelled({"a": pa.array([], pa.int64())}, {"a": Integer()}) == '"a"\n'


@pytest.mark.parametrize("packing", ["none", "snappy", "gzip", "brotli", "lz4", "zstd"])
def test_all_packings_and_row_groups_are_read(packing: str) -> None:
    columns = {"a": list(range(10)), "b": [f"text {n}" for n in range(10)]}
    expected = '"a","b"\n' + "".join(f'{n},"text {n}"\n' for n in range(10))
    for version in ("1.0", "2.0"):
        text = spelled(
            columns, {"a": Integer(), "b": Text()}, compression=packing, row_group_size=3, data_page_version=version
        )
        assert text == expected


def test_a_column_that_is_there_twice_or_not_at_all_refuses_the_file() -> None:
    assert refused(parquet({"a": [1], "A ": [2]}))[0] == "duplicate_header"
    assert refused(parquet({"b": [1]})) == ("missing_header", "None of the table's columns is in the file; it has 'b'.")


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pa.array([[1]]), "list<element: int64>"),
        (pa.array([{"x": 1}]), "struct<x: int64>"),
        (pa.array([b"\xff"]), "binary"),
        (pa.array([b"ab"], pa.binary(2)), "fixed_size_binary[2]"),
    ],
)
def test_a_wanted_column_that_is_no_text_refuses_the_file(values: pa.Array, kind: str) -> None:
    code, reason = refused(parquet({"a": values}))
    assert code == "not_text"
    assert reason.startswith(f"The values of the column 'a' are {kind}, ")
    assert spelled({"a": values, "b": [1]}, {"b": Integer()}) == '"b"\n"1"\n'


def test_bytes_that_are_no_utf8_in_a_column_of_text_reach_the_row() -> None:
    text = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.array([0, 2], pa.int32()).buffers()[1], pa.py_buffer(b"a\xff")]
    )
    assert b"".join(spell_parquet(parquet({"a": text}), {"a": Text()}, CAPS)) == b'"a"\n"a\xff"\n'


def test_a_broken_file_is_refused_wherever_it_is_broken() -> None:
    whole = parquet({"a": list(range(1000))}, write_page_checksum=True).getvalue()
    broken = [whole[:size] for size in (4, 12, len(whole) // 2, len(whole) - 1)]
    broken += [whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :] for at in (10, 600, len(whole) - 6)]
    for data in broken:
        code, reason = refused(io.BytesIO(data))
        assert code == "corrupt"
        assert reason.startswith("The Parquet file is broken or not complete (")


def test_an_encrypted_file_says_so() -> None:
    whole = parquet({"a": [1]}).getvalue()
    assert refused(io.BytesIO(b"PARE" + whole[4:-4] + b"PARE")) == (
        "corrupt",
        "The Parquet file is encrypted; write it without encryption.",
    )


def test_the_disk_is_not_taken_for_the_file() -> None:
    class Failing(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output error"):
        list(spell_parquet(Failing(parquet({"a": [1]}).getvalue()), {"a": Integer()}, CAPS))


def test_parquet_is_known_by_its_first_bytes() -> None:
    assert is_parquet(parquet({"a": [1]}).getvalue()[:16])
    assert is_parquet(b"PARE\x1c\x00\x00\x00")
    for head in (b"", b"PAR1", b"PAR1,b\n", b"PAR1\n", b"PARENT,CHILD\n", b"PARE"):
        assert not is_parquet(head)


def test_a_large_row_group_is_read_in_little_memory() -> None:
    rows = 2_000_000
    numbers = np.random.default_rng(7).integers(0, 2**62, rows)
    file = parquet({"a": numbers, "b": pa.array(numbers).cast(pa.string())}, row_group_size=rows, compression="none")
    assert pq.ParquetFile(file).metadata.num_row_groups == 1
    file.seek(0)
    tracemalloc.start()
    before = pa.total_allocated_bytes()
    most, size = 0, 0
    for piece in spell_parquet(file, {"a": Integer(), "b": Text()}, CAPS):
        most = max(most, pa.total_allocated_bytes() - before)
        size += len(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 80_000_000
    assert most + peak < 32 << 20
