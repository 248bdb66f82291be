"""Three tasks for each chunk of a file: extract, transform, load. What one returns, the next one is given, pickled."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg2
from celery import Celery
from psycopg2.extras import execute_values

CHUNK = 50_000
COLUMNS = [
    *("call_id", "caller", "callee", "status", "customer_id", "call_cost", "call_destination", "call_date"),
    "call_duration",
]
INSERT = (
    "insert into calls_wide (call_id, caller, callee, status, customer_id, call_cost_usd, call_destination, call_date,"
    " call_duration_s, _input_id, _line) values %s on conflict do nothing"
)

app = Celery("bench", broker=os.environ["REDIS_URL"], backend=os.environ["REDIS_URL"])
app.conf.update(
    task_serializer="pickle",
    result_serializer="pickle",
    accept_content=["pickle"],
    worker_prefetch_multiplier=1,
    task_acks_late=True,
)


@app.task
def extract(file: str, number: int, offset: int, line: int) -> pd.DataFrame:
    """The rows of a chunk, which begins at that byte and line, as text, with their lines."""
    with Path(file).open("rb") as source:
        source.seek(offset)
        rows = pd.read_csv(source, names=COLUMNS, dtype=str, keep_default_na=False, nrows=CHUNK)
    return rows.assign(_input_id=number, _line=range(line, line + len(rows)))


@app.task
def transform(rows: pd.DataFrame) -> pd.DataFrame:
    """Numbers, times with their zone, seconds."""
    date = pd.to_datetime(rows["call_date"], format="%Y-%m-%d %H:%M:%S")
    return rows.assign(
        customer_id=rows["customer_id"].astype("int64"),
        call_cost=rows["call_cost"].str.replace("$", "", regex=False),
        call_date=date.dt.tz_localize("Africa/Nairobi"),
        call_duration=pd.to_timedelta(rows["call_duration"]).dt.total_seconds().astype("int64"),
    )


@app.task
def load(rows: pd.DataFrame) -> int:
    """Into the table, a chunk in a transaction."""
    connection: Any = psycopg2.connect(os.environ["DATABASE_URL"])
    try:
        with connection, connection.cursor() as cursor:
            execute_values(cursor, INSERT, list(rows.itertuples(index=False, name=None)), page_size=1_000)
    finally:
        connection.close()
    return len(rows)
