"""Partitions of loaded tables: which there are, and made where rows have none.

A partition is made as a table of its own and then attached. That needs a lock of the partitioned table which loads and
readers do not notice, and which one transaction has at a time: so none is made twice, without an advisory lock. Who
waits for it must have nothing that a load may wait for: a load makes partitions in a transaction of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.session import place, schema_and_name
from sluice.engine.database.statements import statements
from sluice.engine.declare.names import LONGEST
from sluice.engine.declare.tables.partitions import PartitionUnit
from sluice.engine.ledger.rows import record
from sluice.engine.tables.catalog import is_free, table_identifier
from sluice.errors import NotAllowed, PermanentError

query = statements(__name__)

MOST = 1_000  # each is locked by every statement that names no date
_FIRST, _END = date.min.toordinal(), date.max.toordinal() + 1
_FORMS = {"day": "%Y_%m_%d", "month": "%Y_%m", "year": "%Y"}


@dataclass(frozen=True)
class Rights:
    """Whether a role may make partitions of a table, whose it is, and how many it has."""

    may_make: bool
    role: str
    owner: str
    partitions: int


def make_partitions(cursor: Cursor, table: str, unit: PartitionUnit, days: Iterable[date]) -> list[str]:
    """Make the partitions that rows of these days need, as far as there are none. Returns their names.

    A DEFAULT partition has room for every day. Raises NotAllowed, PermanentError where they are too many.
    """
    wanted = {day.toordinal() for day in days}
    if not gaps(wanted, unit, _ranges(cursor, table)):
        return []
    cursor.execute(sql.SQL(query("lock_partitions")).format(table=table_identifier(table)))
    found = gaps(wanted, unit, _ranges(cursor, table))  # another load may have made them
    if not found:
        return []
    rights = partition_rights(cursor, table)
    _refuse(table, unit, rights, len(found))
    made = [_make(cursor, table, unit, low, high, rights) for low, high in found]
    failpoint("partition.before_commit")
    return made


def partition_rights(cursor: Cursor, table: str) -> Rights:
    """Who may make partitions of a table. Raises LookupError where it is missing."""
    cursor.execute(query("partition_rights"), place(table))
    rights = record(cursor, Rights)
    if rights is None:
        raise LookupError(table)
    return rights


def gaps(days: Iterable[int], unit: PartitionUnit, there: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges of partitions that days need which no range has; between existing ones they are shorter than a unit.

    Days are counted from the year 1, and the end of a range does not belong to it.
    """
    ranges = sorted(there)
    needed: set[tuple[int, int]] = set()
    for day in days:
        if any(low <= day < high for low, high in ranges):
            continue
        first, end = _unit_of(date.fromordinal(day), unit)
        low = max([first, *(until for _, until in ranges if until <= day)])
        needed.add((low, min([end, *(begin for begin, _ in ranges if begin > day)])))
    return sorted(needed)


def _unit_of(day: date, unit: PartitionUnit) -> tuple[int, int]:
    """The first day of the day's unit, and the first one after it."""
    if unit == "day":
        return day.toordinal(), day.toordinal() + 1
    months = 1 if unit == "month" else 12
    first = day.replace(day=1) if unit == "month" else day.replace(month=1, day=1)
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return first.toordinal(), date(year, month + 1, 1).toordinal() if year <= date.max.year else _END


def _ranges(cursor: Cursor, table: str) -> list[tuple[int, int]]:
    """The days that existing partitions have room for, also where for a part of the day only."""
    cursor.execute(query("partition_ranges"), place(table))
    return [(_ordinal(low, _FIRST), _ordinal(high, _END)) for low, high in cursor.fetchall()]


def _ordinal(text: str | None, otherwise: int) -> int:
    try:
        return otherwise if text is None else date.fromisoformat(text).toordinal()
    except ValueError:  # of a year beyond 9999
        return otherwise


def _refuse(table: str, unit: PartitionUnit, rights: Rights, more: int) -> None:
    if not rights.may_make:
        raise NotAllowed(
            f"Rows of {table} need {more:,} new partitions, and the role {rights.role} may not make them: the table "
            f"belongs to {rights.owner}. Grant {rights.owner} and the right to create in its schema to {rights.role}, "
            "or make the partitions by that role."
        )
    if rights.partitions + more > MOST:
        raise PermanentError(
            f"Rows of {table} need {more:,} new partitions beside {rights.partitions:,}, and a table may have {MOST:,}."
            " Nothing of this part was loaded. Check its dates, or declare a unit longer than "
            f"{unit!r} (partition_unit)."
        )


def _make(cursor: Cursor, table: str, unit: PartitionUnit, low: int, high: int, rights: Rights) -> str:
    name = _free_name(cursor, table, unit, low, high)
    names: dict[str, sql.Composable] = {"table": table_identifier(table), "partition": table_identifier(name)}
    cursor.execute(sql.SQL(query("make_partition")).format(**names))
    if rights.owner != rights.role:
        owned = sql.SQL("alter table {partition} owner to {owner}")
        cursor.execute(owned.format(owner=sql.Identifier(rights.owner), **names))
    names["low"] = sql.Literal(date.fromordinal(low).isoformat())
    names["high"] = sql.Literal(date.fromordinal(high).isoformat()) if high < _END else sql.SQL("maxvalue")
    cursor.execute(sql.SQL(query("attach_partition")).format(**names))
    return name


def _free_name(cursor: Cursor, table: str, unit: PartitionUnit, low: int, high: int) -> str:
    """`calls_2026_03`, in the schema of the table; another one where that is too long, or belongs to something else."""
    schema, own = schema_and_name(table)
    first = date.fromordinal(low)
    whole = _unit_of(first, unit) == (low, high)
    suffix = _padded(first, _FORMS[unit if whole else "day"])
    name = f"{own}_{suffix}"
    digest = hashlib.sha256(f"{table} {low} {high}".encode()).hexdigest()[:8]
    if len(name) > LONGEST or not is_free(cursor, f"{schema}.{name}"):
        name = f"{own[: LONGEST - len(suffix) - 10]}_{suffix}_{digest}"
    return f"{schema}.{name}"


def _padded(day: date, form: str) -> str:
    """strftime does not write zeros before years below 1000 on every system."""
    return form.replace("%Y", f"{day.year:04}").replace("%m", f"{day.month:02}").replace("%d", f"{day.day:02}")
