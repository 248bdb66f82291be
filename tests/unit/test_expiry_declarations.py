"""`expire_after` and `expire_by`: the first day that is kept, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from sluice import Column, Date, Integer, Table, Text
from sluice.engine.declare.tables.expiry import first_day_kept
from sluice.errors import ConfigError

COLUMNS = [
    Column("id", Integer(), required=True),
    Column("day", Date("%Y-%m-%d"), required=True),
    Column("seen", Date("%Y-%m-%d")),
    Column("note", Text()),
]


@pytest.mark.parametrize(
    ("age", "today", "first"),
    [
        ("90 days", date(2026, 3, 31), date(2025, 12, 31)),
        ("1 day", date(2026, 1, 1), date(2025, 12, 31)),
        ("2 weeks", date(2026, 1, 1), date(2025, 12, 18)),
        ("1 month", date(2026, 3, 31), date(2026, 2, 28)),
        ("12 months", date(2024, 2, 29), date(2023, 2, 28)),
        ("7 years", date(2026, 5, 1), date(2019, 5, 1)),
        ("99999 years", date(2026, 5, 1), date(1, 1, 1)),
    ],
)
def test_the_first_day_that_is_kept(age: str, today: date, first: date) -> None:
    assert first_day_kept(age, today) == first


@pytest.mark.parametrize(
    ("expiry", "said"),
    [
        ({"expire_after": "90"}, "expire_after must be a number of days, weeks, months or years, such as"),
        ({"expire_after": "0 days"}, "not '0 days'"),
        ({"expire_by": "day"}, "expire_by='day' needs expire_after, such as expire_after='90 days'"),
        ({"expire_after": "90 days", "expire_by": "days"}, "expire_by='days' is not among its columns"),
        ({"expire_after": "90 days", "expire_by": "note"}, "name a column of type Date or Timestamp"),
        ({"expire_after": "90 days", "expire_by": "seen"}, "expire_by='seen' must be required=True"),
    ],
)  # fmt: skip
def test_a_wrong_expiry_is_refused(expiry: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match="Table 'call': ") as refused:
        Table("call", key=("id",), columns=COLUMNS, **expiry)  # type: ignore[arg-type]
    assert said in str(refused.value)
