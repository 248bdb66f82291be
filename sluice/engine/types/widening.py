"""Which PostgreSQL types have all values of another one: a column may become such a type without losing anything."""

from __future__ import annotations

import re
from enum import Enum

_NUMERIC = re.compile(r"numeric(?:\((\d+),(-?\d+)\))?")
_VARCHAR = re.compile(r"character varying(?:\((\d+)\))?")
_DIGITS = {"smallint": 5, "integer": 10, "bigint": 19}
_INTEGERS = tuple(_DIGITS)
_MOST = 10**6  # more digits than any numeric has


class Widening(Enum):
    """What PostgreSQL does to a table whose column becomes wider."""

    NOTES = "the catalog says so, and no row is touched"
    REWRITES = "every row is written again"


def widening(old: str, new: str) -> Widening | None:
    """How a column of type `old` becomes `new` without losing a value or its meaning; None if it does not.

    Types as `format_type` spells them. A date does not become a timestamp: what it means depends on a time zone.
    """
    if old in _INTEGERS and new in _INTEGERS:
        return Widening.REWRITES if _DIGITS[old] < _DIGITS[new] else None
    if (old, new) == ("real", "double precision"):
        return Widening.REWRITES
    if _VARCHAR.fullmatch(old) and (new == "text" or _VARCHAR.fullmatch(new)):
        return Widening.NOTES if _longest(old) <= _longest(new) else None
    return _numeric(old, new)


def holds(there: str, declared: str) -> bool:
    """Whether a column of type `there` takes every value of `declared`, in the binary form of `declared`."""
    if there == declared:
        return True
    same_form = (_is_numeric(there) and _is_numeric(declared)) or (_is_text(there) and _is_text(declared))
    return same_form and widening(declared, there) is not None


def whole_digits(pg_type: str) -> int | None:
    """How many digits before the decimal mark a numeric with a precision has; None for other types."""
    found = _NUMERIC.fullmatch(pg_type)
    return int(found[1]) - int(found[2]) if found and found[1] else None


def _numeric(old: str, new: str) -> Widening | None:
    if not _is_numeric(new):
        return None
    whole, scale = _room(new)
    if old in _INTEGERS:
        return Widening.REWRITES if whole >= _DIGITS[old] and scale >= 0 else None
    if not _is_numeric(old):
        return None
    before, places = _room(old)
    if whole < before or scale < places:
        return None
    same = new == "numeric" or scale == places  # where the scale differs, PostgreSQL writes values again
    return Widening.NOTES if same else Widening.REWRITES


def _room(pg_type: str) -> tuple[int, int]:
    found = _NUMERIC.fullmatch(pg_type)
    if found is None or not found[1]:
        return _MOST, _MOST
    return int(found[1]) - int(found[2]), int(found[2])


def _longest(pg_type: str) -> int:
    found = _VARCHAR.fullmatch(pg_type)
    return int(found[1]) if found and found[1] else _MOST


def _is_numeric(pg_type: str) -> bool:
    return _NUMERIC.fullmatch(pg_type) is not None


def _is_text(pg_type: str) -> bool:
    return pg_type == "text" or _VARCHAR.fullmatch(pg_type) is not None
