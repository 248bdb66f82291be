"""Rejects: refused rows, each with its line, the column at fault if there is one, a stable code and a reason.

If the reason refers to another row, that row's input and line have fields of their own. Here it is always a row of the
same input; conflicts with rows of other inputs are detected and written by SQL (`load/sql/`).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from sluice.engine.database.ledger import in_ledger

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

SCHEMA = pa.schema(
    [
        ("line", pa.int64()),
        ("column", pa.string()),
        ("code", pa.string()),
        ("reason", pa.string()),
    ]
)
OTHER_LINE = "other_line"  # a further column, int64, where a reason refers to another line
RAW, MASKED = "raw", "masked"  # further columns, string: the record's text, and as JSON the columns that it lacks
HIDDEN = "***"  # in place of personal data
FORGOTTEN = "forgotten"  # the code of rows with a value that was forgotten
EXPIRED = "expired"  # the code of rows that are older than their table keeps them
WITHOUT_TEXT = (FORGOTTEN, EXPIRED)  # nothing of such a row is kept


def none() -> pa.Table:
    """No rejects."""
    return SCHEMA.empty_table()


def both(first: pa.Table, second: pa.Table) -> pa.Table:
    """Two tables of rejects as one; either may have the column of other lines."""
    return pa.concat_tables([first, second], promote_options="default") if first.num_rows else second


def without_quotes(rejects: pa.Table) -> pa.Table:
    """Rejects of rows that could not be split into columns, whose reasons quote nothing of them: the rows may have a
    forgotten value."""
    at = rejects.column_names.index("reason")
    hidden = pc.replace_substring_regex(rejects.column("reason"), r"(?s)'.*'|\".*\"", f"'{HIDDEN}'")
    return rejects.set_column(at, "reason", hidden)


def write(cursor: Cursor, rejects: pa.Table, *, run: int, input_id: int | pa.Array, part: int | pa.Array | None) -> int:
    """COPY rejects into the ledger; `input_id` and `part`: one for all, or int64 columns. Returns COPY's own count."""
    if rejects.num_rows == 0:
        return 0
    for name, kind in ((OTHER_LINE, pa.int64()), (RAW, pa.string()), (MASKED, pa.string())):
        if name not in rejects.column_names:
            rejects = rejects.append_column(name, pa.nulls(rejects.num_rows, kind))
    who = [("run_id", run), ("input_id", input_id), ("part_id", part)]
    columns = {name: _column(value, rejects.num_rows) for name, value in who}
    nowhere = pa.scalar(None, pa.int64())
    columns["other_input"] = pc.if_else(pc.is_valid(rejects.column(OTHER_LINE)), columns["input_id"], nowhere)
    table = pa.table(columns | {name: rejects.column(name) for name in (*SCHEMA.names, OTHER_LINE, RAW, MASKED)})
    text = io.BytesIO()
    # null and empty text must stay distinct: an unquoted empty field is null to COPY
    # in one piece: Arrow writes zeros for an empty chunk
    pa.csv.write_csv(table.combine_chunks(), text, pa.csv.WriteOptions(include_header=False))
    text.seek(0)
    copy = in_ledger(
        "copy sluice.reject (run_id, input_id, part_id, other_input, line, column_name, code, reason, other_line,"
        " raw, masked) from stdin (format csv)"
    )
    cursor.copy_expert(copy, text)
    return cursor.rowcount


def _column(value: int | pa.Array | None, rows: int) -> pa.Array:
    return value if isinstance(value, pa.Array) else pa.repeat(pa.scalar(value, pa.int64()), rows)
