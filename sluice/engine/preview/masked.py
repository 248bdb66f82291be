"""A preview without personal data: what is on a screen may be seen by others."""

from __future__ import annotations

from dataclasses import replace

from sluice.engine.declare import Pipeline, Table
from sluice.engine.preview.facts import ColumnFacts, Preview, TableFacts
from sluice.engine.rows.rejects import HIDDEN


def without_personal(found: Preview, pipeline: Pipeline) -> tuple[Preview, list[str]]:
    """The preview with `***` instead of each value of a column with personal data, and the names of these columns.
    Empty values stay empty."""
    names: dict[str, None] = {}
    tables = []
    for each in found.tables:
        table = pipeline.flow(each.source).table
        hidden = _hidden(table)
        names |= {f"{table.name}.{name}": None for name in hidden}
        tables.append(_masked(each, hidden))
    return replace(found, tables=tables), list(names)


def _hidden(table: Table) -> list[str]:
    """The columns with personal data, and those that read the same header as one of them."""
    headers = {column.header_name for column in table.columns if column.private}
    return [column.name for column in table.columns if column.header_name in headers]


def _masked(table: TableFacts, hidden: list[str]) -> TableFacts:
    columns = [_masked_column(each) if each.name in hidden else each for each in table.columns]
    rows = [
        row | {"values": {n: HIDDEN if n in hidden and v is not None else v for n, v in row["values"].items()}}
        for row in table.rows
    ]
    return replace(table, columns=columns, rows=rows)


def _masked_column(column: ColumnFacts) -> ColumnFacts:
    text = HIDDEN if column.text else column.text
    return replace(column, text=text, value=None if column.value is None else HIDDEN)
