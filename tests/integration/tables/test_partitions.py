"""Tables that are partitioned by a date: loads make the partitions that their rows need."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Date, Files, Integer, Pipeline, Table, Text, Timestamp, between
from sluice.engine.database.connection import transaction
from sluice.engine.tables import partitions
from sluice.engine.tables.loaded_rows import missing_of_run, note_lost, note_targets
from sluice.engine.tables.migrate import is_current, migrate
from sluice.errors import PermanentError
from tests.kit.in_process import InProcess

COLUMNS = [
    Column("id", Integer(), required=True),
    Column("day", Date("%Y-%m-%d"), required=True),
    Column("name", Text()),
]
PARTITIONS = """select c.relname::text, pg_get_expr(c.relpartbound, c.oid)
                from pg_inherits h join pg_class c on c.oid = h.inhrelid
                where h.inhparent = 'calls'::regclass order by 1"""
ROWS = "select id::int, day::text, name from calls order by id, day"
BOOTH = Column("day", Timestamp("%Y-%m-%d %H:%M", tz="Africa/Kigali"), required=True)


def calls(**options: Any) -> Pipeline:
    table = {"key": ("id", "day"), "columns": COLUMNS, "partition_by": "day"} | options
    return Pipeline("calls", Files("*.csv"), Table("calls", **table))


def written(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text("id,day,name\n" + "".join(f"{row}\n" for row in rows))
    return path


def load(engine: InProcess, folder: Path, name: str, *rows: str, **options: Any) -> dict[str, Any]:
    return engine.finish(engine.register(written(folder, name, *rows), **options))


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


def test_an_update_writes_one_row_though_a_row_of_another_partition_has_its_place(
    engine: InProcess, tmp_path: Path
) -> None:
    engine.use(calls(on_conflict="update"))
    load(engine, tmp_path, "a.csv", *(f"1,2026-{month:02}-01,a" for month in range(1, 13)))
    assert engine.sql("select count(distinct ctid)::int from calls") == [(1,)]
    status = load(engine, tmp_path, "b.csv", "1,2026-07-01,b")
    assert (status["updated"], status["loaded"]) == (1, 0)
    assert engine.sql("select day::text from calls where name = 'b'") == [("2026-07-01",)]
    assert engine.sql("select count(*)::int from calls where name = 'a'") == [(11,)]


@pytest.mark.parametrize(
    ("unit", "names"),
    [
        ("day", ["calls_2026_01_31", "calls_2026_02_01"]),
        ("month", ["calls_2026_01", "calls_2026_02"]),
        ("year", ["calls_2026"]),
    ],
)
def test_a_partition_is_for_the_declared_unit(engine: InProcess, tmp_path: Path, unit: str, names: list[str]) -> None:
    engine.use(calls(partition_unit=unit))
    load(engine, tmp_path, "a.csv", "1,2026-01-31,a", "2,2026-02-01,b")
    assert [name for name, _ in engine.sql(PARTITIONS)] == names


def test_a_moment_belongs_to_the_partition_of_its_day_in_utc(engine: InProcess, tmp_path: Path) -> None:
    engine.use(calls(columns=[COLUMNS[0], BOOTH, COLUMNS[2]]))
    load(engine, tmp_path, "a.csv", "1,2026-02-01 01:59,a", "2,2026-02-01 02:00,b")
    assert engine.sql(PARTITIONS) == [
        ("calls_2026_01", "FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2026-02-01 00:00:00+00')"),
        ("calls_2026_02", "FOR VALUES FROM ('2026-02-01 00:00:00+00') TO ('2026-03-01 00:00:00+00')"),
    ]
    load(engine, tmp_path, "b.csv", "3,2026-02-01 01:00,a", "4,2026-03-01 02:00,b")
    assert [name for name, _ in engine.sql(PARTITIONS)] == ["calls_2026_01", "calls_2026_02", "calls_2026_03"]


def test_without_a_key_every_line_is_a_row(engine: InProcess, tmp_path: Path) -> None:
    engine.use(calls(key=None))
    load(engine, tmp_path, "a.csv", "1,2026-01-31,a", "1,2026-01-31,a", "1,2026-02-01,a")
    again = load(engine, tmp_path, "b.csv", "1,2026-01-31,a", "1,2026-01-31,a", "1,2026-02-01,a")
    assert again["loaded"] == 0
    assert engine.sql("select count(*)::int, count(distinct _line)::int from calls") == [(3, 3)]
    assert is_current(calls(key=None))


def test_empty_and_mistyped_dates_are_rejects_and_make_no_partition(engine: InProcess, tmp_path: Path) -> None:
    engine.use(calls())
    load(engine, tmp_path, "a.csv", "1,2026-01-31,a", "2,,b", "3,0026-01-31,c", "4,2206-01-31,d")
    assert engine.sql("select line::int, code, reason from sluice.reject order by line") == [
        (3, "missing", "day is empty, and it is required."),
        (4, "out_of_range", "day: '0026-01-31' is not between 1900-01-01 and 2199-12-31."),
        (5, "out_of_range", "day: '2206-01-31' is not between 1900-01-01 and 2199-12-31."),
    ]
    assert [name for name, _ in engine.sql(PARTITIONS)] == ["calls_2026_01"]


def test_a_check_of_its_own_may_allow_any_year(engine: InProcess, tmp_path: Path) -> None:
    day = Column("day", Date("%Y-%m-%d"), required=True, check=between(date.min, date.max))
    engine.use(calls(columns=[COLUMNS[0], day, COLUMNS[2]]))
    load(engine, tmp_path, "a.csv", "1,0001-01-01,a", "2,9999-12-31,b")
    assert engine.sql(PARTITIONS) == [
        ("calls_0001_01", "FOR VALUES FROM ('0001-01-01') TO ('0001-02-01')"),
        ("calls_9999_12", "FOR VALUES FROM ('9999-12-01') TO (MAXVALUE)"),
    ]


def test_two_files_of_a_run_contest_keys_of_several_partitions(engine: InProcess, tmp_path: Path) -> None:
    for on_conflict, newest in (("keep", "a"), ("update", "b")):
        engine.sql("drop table if exists calls")
        engine.use(calls(on_conflict=on_conflict))
        days = [f"2026-{month:02}-01" for month in range(1, 7)]
        first = written(tmp_path, f"a-{on_conflict}.csv", *(f"1,{day},a" for day in days))
        second = written(tmp_path, f"b-{on_conflict}.csv", *(f"1,{day},b" for day in days))
        run = engine.register(first, second)
        engine.plan(run)
        for step in reversed(engine.steps(run, "extract")):
            engine.load(step)
        engine.settle(run)
        assert engine.sql("select name, count(*)::int from calls group by 1") == [(newest, 6)]
        status = run.status().json()
        assert status["read"] == 12
        assert status["loaded"] == 6


def test_a_reload_and_a_changed_declaration_replace_the_rows(engine: InProcess, tmp_path: Path) -> None:
    engine.use(calls())
    rows = ["1,2026-01-31,a", "2,2026-02-01,b"]
    load(engine, tmp_path, "a.csv", *rows)
    assert load(engine, tmp_path, "a.csv", *rows, reload=True)["loaded"] == 2
    engine.use(calls(columns=[*COLUMNS[:2], Column("name", Text(), nulls=["b"])]))
    assert load(engine, tmp_path, "a.csv", *rows)["loaded"] == 2
    assert engine.sql(ROWS) == [(1, "2026-01-31", "a"), (2, "2026-02-01", None)]


def test_a_table_gets_only_so_many_partitions(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitions, "MOST", 2)
    engine.use(calls(partition_unit="day"))
    load(engine, tmp_path, "a.csv", "1,2026-01-01,a", "2,2026-01-02,a")
    with pytest.raises(PermanentError) as refused:
        load(engine, tmp_path, "b.csv", "3,2026-01-03,a", "4,2026-01-02,a")
    assert str(refused.value) == (
        "Rows of calls need 1 new partitions beside 2, and a table may have 2. Nothing of this part was loaded. Check "
        "its dates, or declare a unit longer than 'day' (partition_unit)."
    )


def test_a_dropped_partition_counts_as_rows_that_were_deleted(engine: InProcess, tmp_path: Path) -> None:
    engine.use(calls())
    rows = ["1,2026-01-31,a", "2,2026-02-01,b", "3,2026-02-02,c"]
    path = written(tmp_path, "a.csv", *rows)
    run = engine.register(path)
    with transaction() as cursor:
        note_targets(cursor, run.id, engine.pipeline)
    engine.finish(run)
    engine.sql("drop table calls_2026_01")
    assert load(engine, tmp_path, "b.csv", *rows)["loaded"] == 0
    assert [(each.found, each.expected, each.other) for each in missing_of_run(run.id, engine.pipeline)] == [
        (2, 3, False)
    ]
    assert load(engine, tmp_path, "a.csv", *rows, reload=True)["loaded"] == 3
    assert [name for name, _ in engine.sql(PARTITIONS)] == ["calls_2026_01", "calls_2026_02"]


@pytest.mark.parametrize("loss", ["truncate calls", "drop table calls_2026_01"])
def test_a_run_whose_partitions_are_emptied_while_it_loads_fails(engine: InProcess, tmp_path: Path, loss: str) -> None:
    engine.use(calls())
    run = engine.register(written(tmp_path, "a.csv", "1,2026-01-31,a"), written(tmp_path, "b.csv", "2,2026-02-01,b"))
    with transaction() as cursor:
        note_targets(cursor, run.id, engine.pipeline)
    engine.plan(run)
    for step in engine.steps(run, "extract"):
        engine.load(step)
    engine.sql(loss)
    note_lost(run.id, engine.pipeline)
    engine.settle(run)
    status = run.status().json()
    assert status["state"] == "failed"
    assert "1 rows were loaded into calls and 0 are there" in str(status)


def test_a_run_that_makes_partitions_has_lost_nothing(engine: InProcess, tmp_path: Path) -> None:
    engine.use(calls())
    run = engine.register(written(tmp_path, "a.csv", "1,2026-01-31,a"))
    with transaction() as cursor:
        note_targets(cursor, run.id, engine.pipeline)
    engine.plan(run)
    for step in engine.steps(run, "extract"):
        engine.load(step)
    note_lost(run.id, engine.pipeline)
    engine.settle(run)
    assert run.status().json()["state"] == "done"
