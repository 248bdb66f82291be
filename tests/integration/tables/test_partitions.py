"""Tables that are partitioned by a date: loads make the partitions that their rows need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Date, Files, Integer, Pipeline, Table, Text
from sluice.engine.tables.migrate import is_current, migrate
from tests.kit.in_process import InProcess

COLUMNS = [
    Column("id", Integer(), required=True),
    Column("day", Date("%Y-%m-%d"), required=True),
    Column("name", Text()),
]
PARTITIONS = """select c.relname::text, pg_get_expr(c.relpartbound, c.oid) from pg_inherits h join pg_class c on c.oid = h.inhrelid
                where h.inhparent = 'calls'::regclass order by 1"""
ROWS = "select id::int, day::text, name from calls order by id, day"


def calls(**options: Any) -> Pipeline:
    table = {"key": ("id", "day"), "columns": COLUMNS, "partition_by": "day"} | options
    return Pipeline("calls", Files("*.csv"), Table("calls", **table))


def load(engine: InProcess, folder: Path, name: str, *rows: str) -> None:
    (folder / name).write_text("id,day,name\n" + "".join(f"{row}\n" for row in rows))
    engine.finish(engine.register(folder / name))


@pytest.mark.parametrize("on_conflict", ["keep", "update"])
def test_a_load_makes_the_partitions_that_its_rows_need(engine: InProcess, tmp_path: Path, on_conflict: str) -> None:
    engine.use(calls(on_conflict=on_conflict))
    assert engine.sql(PARTITIONS) == []
    load(engine, tmp_path, "a.csv", "1,2026-01-31,a", "2,2026-02-01,b", "3,2026-02-28,c")
    assert engine.sql(PARTITIONS) == [
        ("calls_2026_01", "FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')"),
        ("calls_2026_02", "FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')"),
    ]
    load(engine, tmp_path, "b.csv", "2,2026-02-01,b", "3,2026-02-28,z", "4,2025-12-31,d")
    newest = "z" if on_conflict == "update" else "c"
    assert engine.sql(ROWS) == [
        (1, "2026-01-31", "a"),
        (2, "2026-02-01", "b"),
        (3, "2026-02-28", newest),
        (4, "2025-12-31", "d"),
    ]
    assert is_current(calls(on_conflict=on_conflict))
    assert migrate([calls(on_conflict=on_conflict)]) == []
