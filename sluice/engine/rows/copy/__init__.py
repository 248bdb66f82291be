"""Typed rows as PostgreSQL's binary COPY streams, whole columns at a time.

`encode_rows` makes them, each one a COPY of its own:

    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)")
    for stream in encode_rows(rows, input_id=1):
        cursor.copy_expert(statement.format(table, columns), io.BytesIO(stream), size=CHUNK_BYTES)
"""

from sluice.engine.rows.copy.encode import CHUNK_BYTES, encode_rows

__all__ = ["CHUNK_BYTES", "encode_rows"]
