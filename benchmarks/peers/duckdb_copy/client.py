"""DuckDB and COPY: each file is read and converted by DuckDB, whose output goes through a pipe into one COPY.

client.py FILE ...
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import psycopg2

CONVERT = Path(__file__).with_name("convert.sql").read_text(encoding="utf-8")
COPY = (
    "copy calls_wide (call_id, caller, callee, status, customer_id, call_cost_usd, call_destination, call_date,"
    " call_duration_s, _input_id, _line) from stdin (format csv)"
)


def main() -> None:
    """Connect, say ready, load the files on a line of input, say done, and wait for the end."""
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    engine = duckdb.connect()
    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(1) as pool:
        for number, file in enumerate(sys.argv[1:], 1):
            reading, writing = os.pipe()
            written = pool.submit(_convert, engine, file, number, writing)
            with connection, connection.cursor() as cursor, os.fdopen(reading, "rb") as rows:
                cursor.copy_expert(COPY, rows, 1 << 20)
                written.result()
    print("done", flush=True)
    sys.stdin.read()


def _convert(engine: duckdb.DuckDBPyConnection, file: str, number: int, writing: int) -> None:
    try:
        engine.execute(CONVERT.format(pipe=f"/dev/fd/{writing}"), {"file": file, "number": number})
    finally:
        os.close(writing)


if __name__ == "__main__":
    main()
