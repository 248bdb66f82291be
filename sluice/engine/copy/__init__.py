"""Typed rows as PostgreSQL's binary COPY stream, whole columns at a time.

`encode_rows` makes the stream, `copy_columns` names what it holds, `ChunkReader` hands it to psycopg2:

    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)")
    cursor.copy_expert(statement.format(table, columns), ChunkReader(chunks), size=CHUNK_BYTES)
"""

from sluice.engine.copy.chunks import CHUNK_BYTES, ChunkReader
from sluice.engine.copy.encode import copy_columns, encode_rows

__all__ = ["CHUNK_BYTES", "ChunkReader", "copy_columns", "encode_rows"]
