"""Hashes of keys from streams of binary COPY, and streams without some of their rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sluice.engine.load.keys import KeyedRows
from sluice.engine.load.recent import shared_hashes
from sluice.engine.rows.copy import encode_rows

KEY = (0, 2)
FIELDS = 5  # two of the key, one that is not, and the lineage


def _stream(names: list[str | None], numbers: list[int], others: list[str | None]) -> bytes:
    columns = {"name": names, "other": others, "number": numbers, "_line": list(range(len(names)))}
    kinds = {"name": pa.string(), "other": pa.string(), "number": pa.int64(), "_line": pa.int64()}
    (stream,) = encode_rows(pa.table({each: pa.array(columns[each], kinds[each]) for each in columns}), input_id=1)
    return stream


def _hashes(stream: bytes) -> list[int]:
    keyed = KeyedRows.of(stream, FIELDS, KEY)
    assert keyed is not None
    return keyed.hashes.tolist()


def test_rows_of_one_key_have_one_hash_whatever_their_other_columns_and_the_other_rows_are() -> None:
    (alone,) = _hashes(_stream(["Kigali"], [7], [None]))
    among = _hashes(_stream(["a" * 300, "Kigali", ""], [7, 7, 7], ["x" * 40, "another", ""]))
    assert among[1] == alone
    assert len(set(among)) == 3


def test_other_keys_have_other_hashes() -> None:
    names: list[str | None] = ["", "a", "b", "ab", "ba", "aaaaaaaa", "aaaaaaaab", "baaaaaaaa", "a" * 63, "a" * 64, None]
    found = _hashes(_stream(names * 2, [1] * 11 + [256] * 11, [None] * 22))
    assert len(set(found)) == 22 - 2  # nothing and an empty text are alike: a key has no nulls


def test_of_a_long_text_the_last_64_bytes_and_the_length_count() -> None:
    end = "z" * 64
    a, b, c = _hashes(_stream([f"a{end}", f"b{end}", f"ab{end}"], [1, 1, 1], [None] * 3))
    assert a == b
    assert a != c


def test_a_stream_without_some_rows_and_one_of_these() -> None:
    names: list[str | None] = ["a", "b", "c", "d"]
    keyed = KeyedRows.of(_stream(names, [1, 2, 3, 4], [None] * 4), FIELDS, KEY)
    assert keyed is not None
    left, aside = keyed.parted(np.array([True, False, True, False]))
    assert _hashes(left) == keyed.hashes[[1, 3]].tolist()
    assert _hashes(aside) == keyed.hashes[[0, 2]].tolist()
    none, every = keyed.parted(np.array([True] * 4))
    assert none == keyed.stream[:19] + b"\xff\xff"
    assert every == keyed.stream


def test_no_keys_where_a_value_looks_like_the_beginning_of_a_row() -> None:
    columns = {"a": [1], "b": [2], "text": ["x" * 0x0006_0000], "c": [3], "_line": [1]}
    (stream,) = encode_rows(pa.table(columns), input_id=1)
    assert KeyedRows.of(stream, 6, (0,)) is None


def test_nothing_of_a_stream_without_rows() -> None:
    keyed = KeyedRows.of(_stream(["a"], [1], [None])[:19] + b"\xff\xff", FIELDS, KEY)
    assert keyed is not None
    assert keyed.hashes.tolist() == []


def test_hashes_that_several_have() -> None:
    several = [np.array(each, np.uint64) for each in ([5, 1], [3, 5], [1, 5, 9])]
    assert shared_hashes(several).tolist() == [1, 5]
