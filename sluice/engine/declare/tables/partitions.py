"""Tables that are partitioned by a date or a moment: what their declaration must be like."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Literal

from sluice.engine.declare.names import unknown_columns
from sluice.engine.declare.tables.checks import Check, between

if TYPE_CHECKING:
    from sluice.engine.declare.tables.column import Column
    from sluice.engine.declare.tables.table import Table

PartitionUnit = Literal["day", "month", "year"]

_DAYS, _MOMENTS = "date", "timestamptz"


def mistakes_of_partitions(table: Table) -> Iterator[str]:
    """What is wrong with `partition_by` and `partition_unit`, in sentences."""
    if table.partition_unit not in ("day", "month", "year"):
        yield f"partition_unit must be 'day', 'month' or 'year', not {table.partition_unit!r}."
    if table.partition_by is None:
        if table.partition_unit != "month":
            yield f"partition_unit={table.partition_unit!r} needs partition_by, the column of a date: name one."
        return
    name, columns = table.partition_by, {each.name: each for each in table.columns}
    if name not in columns:
        yield f"partition_by: {unknown_columns([name], columns)}"
        return
    column = columns[name]
    if column.type.pg_type not in (_DAYS, _MOMENTS):
        yield f"partition_by={name!r} must be a Date or a moment, not {column.type!r}: name another column."
    if table.key is None and not column.required:
        yield f"partition_by={name!r} must be required=True: a row without a date has no partition."
    elif table.key is not None and name not in table.key:
        yield (
            f"The key must have the column {name!r} of partition_by, because PostgreSQL keeps rows apart within a "
            f"partition only: key=({', '.join(map(repr, (*table.key, name)))}). Rows of two dates are then two rows. "
            "If a row must be known without its date, leave out partition_by."
        )


def partition_check(column: Column) -> Check:
    """The years in which a value must be: a mistyped year must not make a partition."""
    if column.type.pg_type == _DAYS:
        return between(date(1900, 1, 1), date(2199, 12, 31))
    return between(datetime(1900, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, 23, 59, 59, 999999, tzinfo=UTC))
