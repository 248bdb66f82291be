"""Rows of an update as they end up: a column that a file does not have keeps the value of the rows before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sluice.engine.declare import Table
from sluice.engine.types.base import Int64s

if TYPE_CHECKING:
    from sluice.engine.preview.judge import KeyedPart

Values = tuple[Any, ...]


def merged_rows(
    table: Table, parts: Sequence[KeyedPart], rows: pa.Table, groups: Sequence[Int64s]
) -> dict[tuple[int, int], Values]:
    """The values of the newest row of each group, by its file and line; a group are rows of one key, oldest first."""
    names = [column.name for column in table.columns]
    found: dict[tuple[int, int], Values] = {}
    for group in groups:
        values: dict[str, Any] = {}
        listed = rows.take(pa.array(group)).to_pylist()
        for row in listed:
            absent = set(parts[row["Part"]].work.absent) - set(table.identity) if values else set()
            values |= {name: row[name] for name in names if name not in absent}
        newest = listed[-1]
        found[parts[newest["Part"]].input, newest["_line"]] = tuple(values[name] for name in names)
    return found
