"""The contract's version: a hash of everything that determines the typed row.

It is computed from the declaration's text, so that it is the same in every process, on every machine and with every
supported version of Python.
"""

from __future__ import annotations

import hashlib
import json
import re

from sluice.engine.base.source_text import source_text
from sluice.engine.declare import Column, Source, Table, Transform
from sluice.engine.rows.contract.nulls import spellings
from sluice.errors import ConfigError

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def version(table: Table, transform: Transform | None, source: Source | None) -> str:
    """16 hex digits of SHA-256 over the table (also its name: another table has nothing loaded), transform and source.

    Of a transform its own source text counts, not that of functions it calls; of a source, its `reading`.
    """
    declared: dict[str, object] = {
        "table": table.name,
        "key": None if table.key is None else list(table.identity),
        "on_conflict": table.on_conflict,
        "columns": [_column(table, column) for column in table.columns],
        "generated": [[g.name, g.pg_type, g.expression] for g in table.expressions],
        "transform": None if transform is None else _source(table, transform),
    }
    if table.children:
        declared["children"] = [[each.of, each.position, version(each.table, None, None)] for each in table.children]
    if source is not None and source.reading:
        declared["reading"] = source.reading
    return hashlib.sha256(json.dumps(declared, sort_keys=True).encode()).hexdigest()[:16]


def _column(table: Table, column: Column) -> list[object]:
    declared = [column.name, column.header_name, column.required, _text(table, column.type), _text(table, column.check)]
    nulls = spellings(column.nulls)
    # only if not empty: older declarations keep their version
    declared += [sorted(nulls)] if nulls else []
    return declared if column.default is None else [*declared, {"default": repr(column.default)}]


def _text(table: Table, part: object) -> str:
    text = repr(part)
    if _ADDRESS.search(text):
        raise ConfigError(
            f"Table {table.name!r}: {type(part).__name__} has no repr that declares it; make it a frozen"
            " dataclass, or its contract would have another version in every process."
        )
    return text


def _source(table: Table, transform: Transform) -> str:
    try:
        return source_text(transform)
    except (OSError, TypeError) as error:
        raise ConfigError(
            f"Table {table.name!r}: the source of its transform cannot be read; write it as a function (def)"
            " in the pipeline's file, so that a change of it changes the contract."
        ) from error
