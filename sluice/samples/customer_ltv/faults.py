"""Rows with a fault in them, each with the code by which it must be counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

_NO_DAYS = ("2023-02-30", "2023-13-01", "31/12/2022", "yesterday", "2021-00-10", "2022-02-29")
_NO_NUMBERS = ("12O4", "C-17", "7.5", "0x1F")
_NO_AMOUNTS = ("free", "12.3.4", "NaN", "12O.00", "1e3")

# source -> code -> (column, what stands there instead)
BAD_FIELDS: dict[str, dict[str, tuple[tuple[int, str], ...]]] = {
    "customers": {
        "missing": ((0, ""), (0, " ")),
        "not_integer": tuple((0, text) for text in _NO_NUMBERS),
        "bad_date": tuple((6, text) for text in _NO_DAYS),
    },
    "orders": {
        "missing": ((0, ""), (1, ""), (2, ""), (1, " ")),
        "not_integer": tuple((n % 2, text) for n, text in enumerate(_NO_NUMBERS)),
        "bad_date": tuple((2, text) for text in _NO_DAYS),
        "not_money": tuple((4, text) for text in _NO_AMOUNTS),
        "negative": ((4, "-5.00"), (4, "-0.01")),
    },
    "payments": {
        "missing": ((0, ""), (2, ""), (3, ""), (4, ""), (2, " ")),
        "not_integer": tuple((n % 3, text) for n, text in enumerate(_NO_NUMBERS)),
        "bad_date": tuple((3, text) for text in _NO_DAYS),
        "not_money": tuple((4, text) for text in _NO_AMOUNTS),
        "too_precise": ((4, "19.995"), (4, "-0.001")),
        "currency": ((6, "EUR"), (6, "KES"), (6, "GBP")),
    },
}


def spoiled(source: str, row: Sequence[str], code: str, turn: int) -> str:
    """The row's line with one fault of this code in it; `turn` chooses among its spellings."""
    kinds = BAD_FIELDS[source][code]
    column, text = kinds[turn % len(kinds)]
    return ",".join([*row[:column], text, *row[column + 1 :]])


def _dearer(row: Sequence[str]) -> str:
    return ",".join([*row[:4], str(Decimal(row[4]) + 1), *row[5:]])


def _moved(row: Sequence[str]) -> str:
    return ",".join([*row[:3], f"new.{row[3]}" if row[3] else "first@example.com", *row[4:]])


# source -> a line with the row's key and other values
OTHER_VALUES: dict[str, Callable[[Sequence[str]], str]] = {"customers": _moved, "orders": _dearer, "payments": _dearer}
