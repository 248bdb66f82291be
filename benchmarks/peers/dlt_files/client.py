"""dlt: one resource that yields each file as an Arrow table, appended to a table of dlt's own.

client.py csv|parquet FILE ...
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}

import dlt
import pyarrow as pa
import pyarrow.csv


def main() -> None:
    """Say ready, load the files on a line of input, say done, and wait for the end."""
    kind, *files = sys.argv[1:]
    with TemporaryDirectory() as folder:
        destination = dlt.destinations.postgres(os.environ["DATABASE_URL"])
        pipeline = dlt.pipeline("bench", destination=destination, dataset_name="bench_dlt", pipelines_dir=folder)
        print("ready", flush=True)
        sys.stdin.readline()
        resource = dlt.resource(tables(files), name="calls_wide", write_disposition="append")
        pipeline.run(resource, loader_file_format=kind).raise_on_failed_jobs()
    print("done", flush=True)
    sys.stdin.read()


def tables(files: list[str]) -> Iterator[Any]:
    """Each file with all columns as text: what a script does that leaves conversion to the database."""
    for file in files:
        with pa.csv.open_csv(file) as reader:
            names = reader.schema.names
        yield pa.csv.read_csv(
            file, convert_options=pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
        )


if __name__ == "__main__":
    main()
