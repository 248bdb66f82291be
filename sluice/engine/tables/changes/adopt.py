"""A table that somebody else has made: refused, and given what loads need only where its declaration says so."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg2 import sql

from sluice.engine.declare import LINEAGE
from sluice.engine.tables.catalog import table_identifier
from sluice.engine.tables.changes.change import MOMENT, Change, Refusal, altered
from sluice.engine.tables.changes.declared import Declared
from sluice.engine.tables.changes.found import Found

_FOREIGN = (
    "It is in the database and was not made by Sluice: it has no _input_id and _line. With adopt=True `sluice migrate`"
    " adds them, and an index, and loads go into it; or give the declared table another name."
)


def is_foreign(declared: Declared, found: Found) -> bool:
    """Whether it is a table for files that lacks what Sluice adds to its own."""
    return declared.kind == "loaded" and not set(LINEAGE) <= set(found.columns)


def adopted(declared: Declared, found: Found) -> Iterator[Change | Refusal | str]:
    """What a foreign table needs; its rows have null there."""
    if not declared.adopt:
        yield Refusal(_FOREIGN, "")
        return
    steps: list[sql.Composable] = [
        altered(declared.name, "add column {name} bigint", name=each) for each in LINEAGE if each not in found.columns
    ]
    done = f"Added columns {' and '.join(LINEAGE)} to {declared.name}, which was not made by Sluice (adopt=True)."
    yield Change(steps, done, MOMENT)
    indexes: list[sql.Composable] = [index_lineage(declared.name)]
    if not declared.keyed:
        key = sql.SQL(", ").join(map(sql.Identifier, declared.key))
        indexes.insert(0, sql.SQL("create unique index on {} ({})").format(found.identifier, key))
        for each in found.uniques:
            if any(found.columns[name].filled and name not in declared.columns for name in each.columns):
                continue  # a number that each new row gets
            yield (
                f"{each.name} makes rows unique by ({', '.join(each.columns)}), though the declaration has no key: "
                "lines that are alike in them cannot be loaded until it is dropped by hand."
            )
    yield Change(indexes, "", f"reads {found.size}; writers wait meanwhile")


def index_lineage(table: str) -> sql.Composed:
    """The statement for the index of inputs and lines."""
    # an input's lines are stored together: a part is found without reading the table, and the index is tiny
    index = "create index on {} using brin (_input_id, _line) with (pages_per_range = 32, autosummarize = on)"
    return sql.SQL(index).format(table_identifier(table))
