"""Values of columns, compared with those that an example expects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any


def is_equal(value: Any, expected: object) -> bool:
    """Whether a value is the expected one, which may be given as text. A moment without a zone is in UTC."""
    if isinstance(value, bool) is not isinstance(expected, bool) and not isinstance(expected, str):
        return False  # True is not 1 here
    if isinstance(expected, str) and type(value) in _READ:
        try:
            expected = _READ[type(value)](expected)
        except (ArithmeticError, KeyError, ValueError):
            return False
    if isinstance(expected, datetime) and expected.tzinfo is None:
        expected = expected.replace(tzinfo=UTC)
    return bool(value == expected)


_READ: dict[type, Callable[[str], object]] = {
    bool: {"true": True, "t": True, "false": False, "f": False}.__getitem__,
    int: Decimal,
    Decimal: Decimal,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
}
