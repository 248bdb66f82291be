"""Which values of a watermark look as if nothing would ever come behind them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sluice.engine.sources.query.watermark_check import far_ahead

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("of", "reached"),
    [
        ("timestamptz", "9999-12-31 23:59:59.999999+00"),
        ("timestamptz", "2026-12-01 00:00:00+00"),
        ("timestamptz", "12026-01-01 00:00:00+00"),
        ("timestamptz", "infinity"),
        ("timestamp", "2099-01-01 00:00:00"),
        ("date", "9999-12-31"),
        ("date", "infinity"),
        ("numeric", "NaN"),
        ("double precision", "Infinity"),
        ("smallint", "32767"),
        ("integer", "2147483647"),
        ("bigint", "9223372036854775807"),
        ("numeric", "99999999"),
        ("numeric", "99999.99"),
        ("bigint", "99991231"),
        ("text", "9999-12-31"),
        ("text", "2030-01-01T00:00:00Z"),
        ("text", "zzzz"),
        ("text", "ZZZ"),
        ("text", "~"),
        ("text", "\uffff"),
        ("text", "99999"),
        ("text", "Infinity"),
    ],
)
def test_a_value_far_ahead_is_found(of: str, reached: str) -> None:
    assert far_ahead(reached, of, NOW) is not None


@pytest.mark.parametrize(
    ("of", "reached"),
    [
        ("timestamptz", "2026-11-29 11:59:59+00"),
        ("timestamptz", "2026-11-30 02:00:00+00"),  # another clock, another zone
        ("timestamptz", "9999-01-01 00:00:00+00 BC"),
        ("date", "2026-11-30"),
        ("date", "0001-01-01"),
        ("integer", "32767"),
        ("bigint", "2147483647"),
        ("bigint", "20261129"),
        ("bigint", "1764417600000"),
        ("numeric", "999"),
        ("numeric", "123456789.99"),
        ("real", "1e+10"),
        ("text", "2026-11-29T12:00:00Z"),
        ("text", "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        ("text", "zebra"),
        ("text", "k-000123"),
    ],
)
def test_an_ordinary_value_is_not(of: str, reached: str) -> None:
    assert far_ahead(reached, of, NOW) is None
