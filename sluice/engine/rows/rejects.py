"""Rejects: rows refused, each with its line, its column where one is to blame, a stable code and a reason."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

SCHEMA = pa.schema([("line", pa.int64()), ("column", pa.string()), ("code", pa.string()), ("reason", pa.string())])


def none() -> pa.Table:
    """No rejects."""
    return SCHEMA.empty_table()


def write(cursor: Cursor, rejects: pa.Table, *, run: int, input_id: int, part: int | None) -> int:
    """COPY rejects into the ledger. Returns COPY's own count."""
    if rejects.num_rows == 0:
        return 0
    who = [("run_id", run), ("input_id", input_id), ("part_id", part)]
    columns = {name: pa.repeat(pa.scalar(value, pa.int64()), rejects.num_rows) for name, value in who}
    table = pa.table(columns | {name: rejects.column(name) for name in SCHEMA.names})
    text = io.BytesIO()
    # a null and an empty text must stay apart: an unquoted empty field is null to COPY
    pa.csv.write_csv(table, text, pa.csv.WriteOptions(include_header=False))
    text.seek(0)
    cursor.copy_expert(
        "copy sluice.reject (run_id, input_id, part_id, line, column_name, code, reason) from stdin (format csv)",
        text,
    )
    return cursor.rowcount
