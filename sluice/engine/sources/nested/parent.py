"""The input whose records have the lists: its records, part by part, as they were planned."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import Column, Nested, Table
from sluice.engine.formats.known import parse_text
from sluice.engine.formats.text.header import LINE
from sluice.engine.ledger.rows import records
from sluice.engine.rows.contract import Contract
from sluice.engine.storage import read_range
from sluice.engine.types import Json
from sluice.errors import InputChanged, PermanentError

query = statements(__name__)


@dataclass(frozen=True)
class Parent:
    """The input of the records; `refused` are the lines of those that were not loaded."""

    input: int
    place: str
    uri: str
    dialect: dict[str, Any]
    refused: list[int]


@dataclass(frozen=True)
class _Part:
    start: int
    length: int
    first_line: int
    read: int
    sha256: str
    well_quoted: bool


def parent_of(input_id: int) -> Parent:
    """The input of the records. Raises PermanentError when it is gone."""
    with transaction() as cursor:
        cursor.execute(query("parent"), {"input": input_id})
        found = records(cursor, Parent)
    if not found:
        raise PermanentError(f"Input {input_id} has the lists of records that are not in the ledger any more.")
    return found[0]


def lists_of(parent: Parent, source: Nested) -> Iterator[pa.Table]:
    """The loaded records, part by part: text columns of the key and of the list, by their headers, and the lines.

    Raises InputChanged when the bytes are not those that were planned, NotHere when they cannot be read here.
    """
    contract = Contract(Table("records", None, [*_columns(source)]))
    refused = np.array(parent.refused, np.int64)
    with transaction() as cursor:
        cursor.execute(query("parts"), {"input": parent.input})
        parts = records(cursor, _Part)
    for part in parts:
        data, _ = read_range(parent.place, part.start, part.length)
        if hashlib.sha256(data).hexdigest() != part.sha256:
            raise InputChanged(f"{parent.uri}: the records with the lists are not those that were loaded.")
        rows = parse_text(
            data,
            parent.dialect,
            contract,
            first_line=part.first_line,
            read=part.read,
            well_quoted=part.well_quoted,
        ).rows
        lost = np.isin(rows.column(LINE).to_numpy(), refused)
        yield rows.filter(pa.array(~lost)) if lost.any() else rows


def _columns(source: Nested) -> Iterator[Column]:
    """The columns to read of the records: those of the key, and the list."""
    yield Column("list", Json(), source.of)
    for at, column in enumerate(key_columns(source)):
        yield Column(f"key_{at}", column.reads, column.header_name)


def key_columns(source: Nested) -> list[Column]:
    """The columns of the key of the records, in its order."""
    by_name = {column.name: column for column in source.parent.columns}
    return [by_name[name] for name in source.parent.key or ()]
