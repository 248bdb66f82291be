"""Which partitions days need, beside those that are there."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sluice.engine.tables.partitions import gaps

CASES: list[tuple[str, list[str], list[tuple[str, str]], list[tuple[str, str]]]] = [
    ("month", ["2026-01-31", "2026-01-02", "2026-02-01"], [],
     [("2026-01-01", "2026-02-01"), ("2026-02-01", "2026-03-01")]),
    ("day", ["2026-12-31"], [], [("2026-12-31", "2027-01-01")]),
    ("month", ["2026-12-31"], [], [("2026-12-01", "2027-01-01")]),
    ("year", ["2026-12-31"], [], [("2026-01-01", "2027-01-01")]),
    ("month", ["2024-02-29"], [("2024-02-01", "2024-03-01")], []),
    ("month", ["2024-02-29"], [("2024-02-01", "2024-02-29")], [("2024-02-29", "2024-03-01")]),
    ("month", ["2024-02-28"], [("2024-02-29", "2025-01-01")], [("2024-02-01", "2024-02-29")]),
    ("year", ["2024-02-29", "2024-12-01"], [("2024-03-01", "2024-06-01")],
     [("2024-01-01", "2024-03-01"), ("2024-06-01", "2025-01-01")]),
]  # fmt: skip


@pytest.mark.parametrize(("unit", "days", "there", "wanted"), CASES)
def test_only_what_no_partition_has_is_made(
    unit: Any, days: list[str], there: list[tuple[str, str]], wanted: list[tuple[str, str]]
) -> None:
    def numbered(ranges: list[tuple[str, str]]) -> list[tuple[int, int]]:
        return [(_day(low), _day(high)) for low, high in ranges]

    assert gaps(map(_day, days), unit, numbered(there)) == numbered(wanted)


def test_the_last_month_has_no_end() -> None:
    last = date.max.toordinal()
    assert gaps([last], "month", []) == [(date(9999, 12, 1).toordinal(), last + 1)]
    assert gaps([last], "year", []) == [(date(9999, 1, 1).toordinal(), last + 1)]
    assert gaps([last], "day", []) == [(last, last + 1)]


def _day(text: str) -> int:
    return date.fromisoformat(text).toordinal()
