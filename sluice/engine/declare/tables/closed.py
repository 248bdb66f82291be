"""The table of closed versions, next to a table that keeps them."""

from __future__ import annotations

from dataclasses import replace

from sluice.engine.declare.tables.column import Column
from sluice.engine.declare.tables.table import Table
from sluice.engine.declare.tables.versions import CLOSED_BY
from sluice.engine.types import Timestamp
from sluice.engine.types.numbers.integer import Integer


def closed_table(table: Table) -> Table | None:
    """The table of the versions that runs have closed; None for a table without."""
    if table.closed_name is None or table.key is None:
        return None
    moment = Timestamp("%Y-%m-%d %H:%M:%S")
    added = [Column(table.valid_from, moment), Column(table.valid_to, moment, required=True)]
    added.append(Column(CLOSED_BY, Integer(), required=True))
    # rows from before a declaration may lack what it requires
    columns = [each if each.name in table.key else replace(each, required=False) for each in table.columns]
    key = (*table.key, table.valid_to)
    return Table(table.closed_name, key, [*columns, *added], generated=table.generated, indexes=[(CLOSED_BY,)])


def with_closed(table: Table) -> list[Table]:
    """The table, behind that of its closed versions: the views of the table read both."""
    closed = closed_table(table)
    return [table] if closed is None else [closed, table]
