"""How many rejects an input may have: a number of rows or a share of them."""

from __future__ import annotations

import pytest

from sluice.engine.steps.part.reject_limit import RejectLimit
from sluice.errors import ConfigError


@pytest.mark.parametrize(
    ("limit", "rows", "allowed"),
    [
        ("0", 1000, 0),
        ("12", 1000, 12),
        ("2%", 1000, 20),
        ("0.5%", 1000, 5),
        ("1%", 99, 0),
        ("100%", 7, 7),
        ("0%", 7, 0),
    ],
)
def test_a_limit_is_a_number_of_rows_or_a_share_of_them(limit: str, rows: int, allowed: int) -> None:
    assert RejectLimit(limit).allows(rows) == allowed


def test_a_share_is_exact() -> None:
    assert RejectLimit("0.1%").allows(3_000_000) == 3000
    assert RejectLimit("2.3%").allows(1000) == 23  # 1000 * 0.023 is 22.99... in binary


def test_as_many_as_allowed_are_not_too_many() -> None:
    assert RejectLimit("20").over(20, 1000) is None
    assert RejectLimit("2%").over(1153, 10_000) == (
        "1,153 of 10,000 rows are rejects and --max-rejects 2% allows 200: nothing of it was loaded."
    )


@pytest.mark.parametrize("text", ["", "-1", "2.5", "101%", "%", "two", "1e3", "5 %", "1%%"])
def test_anything_else_is_a_mistake_that_says_what_to_give(text: str) -> None:
    with pytest.raises(ConfigError, match=r"a number of rows, or a share such as 2%"):
        RejectLimit(text)
