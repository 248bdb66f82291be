"""Hashes of keys: equal keys have equal hashes, whatever else is in their part."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.preview.keys import hashes_of, met_again

VALUES: list[tuple[pa.DataType, list[Any]]] = [
    (pa.int64(), [0, 1, -1, 2**62]),
    (pa.string(), ["", "a", "b", "a longer text than eight bytes", "a longer text than eight bytez", "\u00e9"]),
    (pa.decimal128(20, 4), [Decimal(0), Decimal("1.5"), Decimal("-1.5"), Decimal(10**15)]),
    (pa.date32(), [date(1970, 1, 1), date(1, 1, 1), date(9999, 12, 31)]),
    (pa.bool_(), [True, False]),
    (
        pa.timestamp("us", "UTC"),
        [datetime(1970, 1, 1, tzinfo=UTC), datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)],
    ),
]


def _hash(kind: pa.DataType, values: list[Any]) -> list[int]:
    table = pa.table({"a": pa.array(values, kind)})
    return [int(each) for each in hashes_of(table, ["a"], np.arange(len(values)))]


@pytest.mark.parametrize(("kind", "values"), VALUES, ids=str)
def test_a_key_has_its_hash_alone_as_among_others(kind: pa.DataType, values: list[Any]) -> None:
    together = _hash(kind, values)
    assert together == [_hash(kind, [value])[0] for value in values]
    assert len(set(together)) == len(values)


@given(st.lists(st.tuples(st.text(max_size=20), st.integers(-(2**63), 2**63 - 1)), min_size=1, max_size=20))
def test_rows_of_one_key_are_among_those_that_meet(keys: list[tuple[str, int]]) -> None:
    keys = [(text.replace("\0", ""), number) for text, number in keys]
    table = pa.table({"a": [text for text, _ in keys], "b": pa.array([number for _, number in keys], pa.int64())})
    hashes = hashes_of(table, ["a", "b"], np.arange(len(keys)))
    met = set(met_again([hashes[:1], hashes[1:]]).tolist())
    assert {keys[at] for at in range(len(keys)) if int(hashes[at]) in met} == {k for k in keys if keys.count(k) > 1}
