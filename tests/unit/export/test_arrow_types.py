"""What PostgreSQL's types are in Parquet."""

from __future__ import annotations

import pyarrow as pa
import pytest

from sluice.engine.export.parquet import arrow_type


@pytest.mark.parametrize(
    ("pg_type", "expected"),
    [
        ("smallint", pa.int16()),
        ("integer", pa.int32()),
        ("bigint", pa.int64()),
        ("double precision", pa.float64()),
        ("boolean", pa.bool_()),
        ("text", pa.string()),
        ("date", pa.date32()),
        ("timestamp with time zone", pa.timestamp("us", "UTC")),
        ("timestamp(3) with time zone", pa.timestamp("us", "UTC")),
        ("timestamp without time zone", pa.timestamp("us")),
        ("numeric(14,2)", pa.decimal128(14, 2)),
        ("numeric(38,0)", pa.decimal128(38, 0)),
        ("numeric(2,5)", pa.decimal128(5, 5)),
        ("numeric(3,-2)", pa.decimal128(5, 0)),
        ("numeric(39,2)", pa.string()),
        ("numeric", pa.string()),
        ("jsonb", pa.string()),
        ("interval", pa.string()),
    ],
)
def test_a_type_has_its_equal_or_is_text(pg_type: str, expected: pa.DataType) -> None:
    assert arrow_type(pg_type) == expected
