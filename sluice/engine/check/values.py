"""Values of columns, compared with those that an example expects."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sluice.engine.types import Json
from sluice.engine.types.base import ColumnType


def value_of(kind: ColumnType, value: Any) -> Any:
    """A parsed value as an example may give it: a document as its objects and lists."""
    if isinstance(kind, Json) and value is not None:
        return json.loads(kind.renders(value), parse_float=Decimal)
    return kind.reads(value)


def is_equal(value: Any, expected: object) -> bool:
    """Whether a value is the expected one, which may be given as text. A moment without a zone is in UTC."""
    if isinstance(value, bool) is not isinstance(expected, bool) and not isinstance(expected, str):
        return False  # True is not 1 here
    if isinstance(expected, tuple) and isinstance(value, list):
        expected = list(expected)
    if isinstance(expected, str) and type(value) in _READ:
        try:
            expected = _READ[type(value)](expected)
        except (ArithmeticError, KeyError, ValueError):
            return False
    if isinstance(expected, datetime) and expected.tzinfo is None:
        expected = expected.replace(tzinfo=UTC)
    if isinstance(value, dict) and isinstance(expected, Mapping):
        return value.keys() == expected.keys() and all(is_equal(value[name], expected[name]) for name in value)
    if isinstance(value, list) and isinstance(expected, list):
        return len(value) == len(expected) and all(map(is_equal, value, expected))
    return bool(value == expected)


def _document(text: str) -> object:
    return json.loads(text, parse_float=Decimal)


_READ: dict[type, Callable[[str], object]] = {
    bool: {"true": True, "t": True, "false": False, "f": False}.__getitem__,
    int: Decimal,
    Decimal: Decimal,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    dict: _document,
    list: _document,
}
