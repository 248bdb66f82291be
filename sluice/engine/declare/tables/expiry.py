"""How long a table keeps its rows: `expire_after="90 days"`, by a date of the row or by when it was loaded."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from sluice.engine.declare.tables.column import Column

_AGE = re.compile(r"([1-9][0-9]{0,4}) (day|week|month|year)s?")
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def first_day_kept(age: str, today: date) -> date:
    """The first day whose rows are kept: `age` before today; where the month lacks that day, its last one."""
    number, unit = _read(age)
    if unit in _DAYS:
        return date.fromordinal(max(today.toordinal() - number * _DAYS[unit], 1))
    months = today.year * 12 + today.month - 1 - number * _MONTHS[unit]
    if months < 12:
        return date.min
    year, month = divmod(months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def mistakes_of_expiry(age: str | None, by: str | None, columns: Sequence[Column]) -> Iterator[str]:
    """What is wrong with `expire_after` and `expire_by`, a sentence each."""
    if age is None:
        if by is not None:
            yield f"expire_by={by!r} needs expire_after, such as expire_after='90 days'."
        return
    if _AGE.fullmatch(age) is None:
        yield f"expire_after must be a number of days, weeks, months or years, such as '90 days', not {age!r}."
    if by is None:
        return
    column = next((each for each in columns if each.name == by), None)
    if column is None:
        yield f"expire_by={by!r} is not among its columns."
    elif not (pa.types.is_date(column.type.arrow) or pa.types.is_timestamp(column.type.arrow)):
        yield f"expire_by={by!r} is {column.type!r}: name a column of type Date or Timestamp."
    elif not column.required:
        yield f"expire_by={by!r} must be required=True: a row without the date would never expire."


def _read(age: str) -> tuple[int, str]:
    match = _AGE.fullmatch(age)
    if match is None:
        raise ValueError(age)
    return int(match[1]), match[2]
