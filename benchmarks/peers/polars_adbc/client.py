"""polars and ADBC: each file is a frame, converted column by column and ingested into the table.

client.py FILE ...
"""

from __future__ import annotations

import os
import sys

import adbc_driver_postgresql.dbapi as adbc
import polars as pl


def main() -> None:
    """Connect, say ready, load the files on a line of input, say done, and wait for the end."""
    connection = adbc.connect(os.environ["DATABASE_URL"])
    print("ready", flush=True)
    sys.stdin.readline()
    for number, file in enumerate(sys.argv[1:], 1):
        with connection.cursor() as cursor:
            cursor.adbc_ingest("calls_wide", frame(file, number).to_arrow(), mode="append", db_schema_name="public")
        connection.commit()
    print("done", flush=True)
    sys.stdin.read()


def frame(file: str, number: int) -> pl.DataFrame:
    """A file with the table's columns and types."""
    raw = pl.read_csv(file, infer_schema=False)
    hours, minutes, seconds = (pl.col("call_duration").str.split(":").list.get(n).cast(pl.Int64) for n in range(3))
    local = pl.col("call_date").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us")
    return raw.select(
        *("call_id", "caller", "callee", "status"),
        pl.col("customer_id").cast(pl.Int64),
        pl.col("call_cost").str.strip_chars("$").cast(pl.Decimal(12, 4)).alias("call_cost_usd"),
        "call_destination",
        local.dt.replace_time_zone("Africa/Nairobi").dt.convert_time_zone("UTC"),
        (hours * 3600 + minutes * 60 + seconds).cast(pl.Int32).alias("call_duration_s"),
        pl.lit(number, pl.Int64).alias("_input_id"),
        pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("_line"),
    )


if __name__ == "__main__":
    main()
