"""Records of Python through the text of the landing into the typed columns of a table, without a server."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from sluice import Column, Files, Integer, Table
from sluice.engine.formats.known import JSON_LINES, parse_text, plan_as
from sluice.engine.formats.spelled.records import Records, types_by_header
from sluice.engine.rows.contract import Contract
from sluice.engine.types import ColumnType


class Recorded(NamedTuple):
    """The text, its values by column, and its rejects: (line, column, code)."""

    text: str
    values: dict[str, list[Any]]
    rejects: list[tuple[int, str | None, str]]


def recorded(records: Sequence[Mapping[str, Any]] | pa.Table, columns: Sequence[Column]) -> Recorded:
    """Write records and read them again."""
    written = io.BytesIO()
    into = Records("source", types_by_header(columns), written)
    if isinstance(records, pa.Table):
        for batch in records.to_batches():
            into.add_batch(batch)
    else:
        for record in records:
            into.add(record)
    into.flush()
    contract = Contract(Table("t", ["number"], columns))
    data = written.getvalue()
    planned = plan_as(JSON_LINES, io.BytesIO(data), Files("*"), lambda _: None, contract.requested)
    (span,) = planned.parts
    parsed = parse_text(
        data, planned.dialect.to_json(), contract, first_line=1, read=span.read, well_quoted=span.well_quoted
    )
    done = contract.apply(parsed.rows)
    rejects = [(each.line, each.column, each.code) for each in parsed.rejects]
    rejects += [(row["line"], row["column"], row["code"]) for row in done.rejects.to_pylist()]
    return Recorded(data.decode(errors="replace"), done.typed.take(done.places).to_pydict(), sorted(rejects))


def column_of(values: Sequence[Any], declared: ColumnType) -> Recorded:
    """A column of values, in records with numbers."""
    records = [{"number": at, "value": value} for at, value in enumerate(values, 1)]
    return recorded(records, [Column("number", Integer(), required=True), Column("value", declared)])
