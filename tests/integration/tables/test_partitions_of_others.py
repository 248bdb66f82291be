"""Partitioned tables that differ from their declaration, or that somebody else has made."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Date, Derived, Files, Flow, Integer, Pipeline, Table, Text
from sluice.engine.database.connection import transaction
from sluice.engine.doctor.postgres import _partitions
from sluice.engine.tables.changes.change import Allowed
from sluice.engine.tables.changes.preview import preview
from sluice.engine.tables.migrate import is_current, migrate, refused_by_migrate
from sluice.engine.tables.partitions import make_partitions, partition_rights
from sluice.errors import ConfigError, NotAllowed, PermanentError
from tests.kit.in_process import InProcess

COLUMNS = [
    Column("id", Integer(), required=True),
    Column("day", Date("%Y-%m-%d"), required=True),
    Column("name", Text()),
]
THEIRS = """create table calls (id bigint, day date, name text, primary key (id, day)) partition by range (day);
            create table calls_early partition of calls for values from (minvalue) to ('2026-01-15');
            create table calls_spring partition of calls for values from ('2026-03-10') to ('2026-06-01');
            insert into calls values (1, '2025-01-01', 'a')"""
PARTITIONS = """select c.relname::text, pg_get_expr(c.relpartbound, c.oid)
                from pg_inherits h join pg_class c on c.oid = h.inhrelid
                where h.inhparent = 'calls'::regclass order by 1"""
DAYS = ["2025-01-01", "2026-01-20", "2026-03-01", "2026-04-01", "2026-06-01"]


def calls(**options: Any) -> Pipeline:
    table = {"key": ("id", "day"), "columns": COLUMNS} | options
    return Pipeline("calls", Files("*.csv"), Table("calls", **table))


def load(engine: InProcess, folder: Path, name: str, *rows: str) -> dict[str, Any]:
    (folder / name).write_text("id,day,name\n" + "".join(f"{row}\n" for row in rows))
    return engine.finish(engine.register(folder / name))


@pytest.mark.parametrize("on_conflict", ["keep", "update"])
def test_of_an_adopted_table_the_gaps_between_its_partitions_are_filled(
    engine: InProcess, tmp_path: Path, on_conflict: str
) -> None:
    engine.sql(THEIRS)
    pipeline = calls(partition_by="day", adopt=True, on_conflict=on_conflict)
    engine.use(pipeline)
    assert is_current(pipeline)
    load(engine, tmp_path, "a.csv", *(f"{number},{day},b" for number, day in enumerate(DAYS, 1)))
    assert engine.sql(PARTITIONS) == [
        ("calls_2026_01_15", "FOR VALUES FROM ('2026-01-15') TO ('2026-02-01')"),
        ("calls_2026_03_01", "FOR VALUES FROM ('2026-03-01') TO ('2026-03-10')"),
        ("calls_2026_06", "FOR VALUES FROM ('2026-06-01') TO ('2026-07-01')"),
        ("calls_early", "FOR VALUES FROM (MINVALUE) TO ('2026-01-15')"),
        ("calls_spring", "FOR VALUES FROM ('2026-03-10') TO ('2026-06-01')"),
    ]
    first = "b" if on_conflict == "update" else "a"
    assert engine.sql("select name from calls order by id") == [(first,), ("b",), ("b",), ("b",), ("b",)]


@pytest.mark.parametrize("partition_by", ["day", None])
def test_a_default_partition_takes_all_other_rows(engine: InProcess, tmp_path: Path, partition_by: str | None) -> None:
    engine.sql(THEIRS)
    engine.sql("create table calls_others partition of calls default")
    engine.use(calls(partition_by=partition_by, adopt=True))
    load(engine, tmp_path, "a.csv", *(f"{number},{day},b" for number, day in enumerate(DAYS, 2)))
    assert engine.sql("select count(*)::int from calls_others") == [(3,)]
    assert len(engine.sql(PARTITIONS)) == 3


def test_where_nobody_makes_the_partition_the_load_says_so(engine: InProcess, tmp_path: Path) -> None:
    engine.sql(THEIRS)
    engine.use(calls(adopt=True))
    with pytest.raises(PermanentError) as refused:
        load(engine, tmp_path, "a.csv", "2,2026-02-01,b")
    assert str(refused.value) == (
        "calls is partitioned, and has no partition for some rows of this part. Make it, or let Sluice make them: "
        "partition_by= in the declaration. Then: sluice retry"
    )


def test_without_a_key_an_adopted_table_gets_an_index_of_lines_and_dates(engine: InProcess, tmp_path: Path) -> None:
    engine.sql(THEIRS.replace(", primary key (id, day)", ""))
    engine.use(calls(key=None, partition_by="day", adopt=True))
    load(engine, tmp_path, "a.csv", "1,2026-02-01,b", "1,2026-02-01,b")
    assert engine.sql("select count(*)::int from calls") == [(3,)]
    assert is_current(calls(key=None, partition_by="day", adopt=True))


ORDINARY = "create table calls (id bigint, day date, name text, _input_id bigint, _line bigint, primary key (id, day))"
ANEW = (
    " and the declaration has partition_by='day': PostgreSQL does not change that. To load everything anew: rename "
    "calls, then `sluice migrate`, then `sluice reload`. Or give the declared table another name, which begins empty."
)
OTHERWISE = [
    (ORDINARY, {"partition_by": "day"}, "It is not partitioned," + ANEW),
    (ORDINARY + " partition by list (day)", {"partition_by": "day"}, "It is partitioned by list (day)," + ANEW),
    (ORDINARY + " partition by range (id)", {"partition_by": "day"}, "It is partitioned by range (id)," + ANEW),
    (
        ORDINARY + " partition by range (day)",
        {},
        (
            "It is partitioned by range (day), and the declaration has no partition_by: nobody would make its "
            "partitions. Declare partition_by, or adopt=True if somebody else makes them."
        ),
    ),
    (
        ORDINARY.replace(", primary key (id, day)", "") + " partition by range (day)",
        {"key": None, "adopt": True},
        (
            "It is partitioned by range (day), and the declaration has neither a key nor partition_by: PostgreSQL "
            "cannot tell its lines apart. Declare partition_by, or a key."
        ),
    ),
]


@pytest.mark.parametrize(("made", "options", "refused"), OTHERWISE)
def test_a_table_that_is_partitioned_otherwise_is_refused(
    engine: InProcess, made: str, options: dict[str, Any], refused: str
) -> None:
    engine.sql(made)
    pipeline = calls(**options)
    with pytest.raises(ConfigError) as error:
        migrate([pipeline])
    assert refused in str(error.value)
    assert not is_current(pipeline)
    assert refused.startswith(refused_by_migrate(pipeline)[0].removeprefix("table calls: "))
    (table,) = preview([pipeline], Allowed()).tables
    assert refused in table.refused


def test_a_table_that_was_renamed_is_loaded_anew(engine: InProcess, tmp_path: Path) -> None:
    engine.use(calls())
    load(engine, tmp_path, "a.csv", "1,2026-02-01,b", "2,2026-03-01,b")
    engine.sql("alter table calls rename to calls_before")
    engine.use(calls(partition_by="day"))
    status = engine.finish(engine.register(tmp_path / "a.csv", reload=True))
    assert (status["state"], status["loaded"]) == ("done", 2)
    assert len(engine.sql(PARTITIONS)) == 2
    assert is_current(calls(partition_by="day"))


def test_a_derived_table_that_somebody_partitioned_is_refused(engine: InProcess) -> None:
    days = Derived("days", key=("day",), columns={"day": "date"}, sql="select distinct day from {calls}")
    flow = Flow(Files("*.csv", name="calls"), Table("calls", key=("id", "day"), columns=COLUMNS))
    pipeline = Pipeline("calls", flows=[flow], derived=[days])
    engine.sql(
        "create table days (day date primary key, built_at timestamptz not null default now()) partition by range (day)"
    )
    with pytest.raises(
        ConfigError, match=r"It is partitioned by range \(day\), and builds need an ordinary table. Rename it;"
    ):
        migrate([pipeline])


def test_another_unit_is_for_the_partitions_that_are_made_from_then_on(engine: InProcess, tmp_path: Path) -> None:
    engine.use(calls(partition_by="day"))
    load(engine, tmp_path, "a.csv", "1,2026-02-01,b")
    engine.use(calls(partition_by="day", partition_unit="year"))
    load(engine, tmp_path, "b.csv", "2,2026-01-01,b", "3,2026-02-02,b", "4,2026-12-01,b", "5,2027-12-01,b")
    assert engine.sql(PARTITIONS) == [
        ("calls_2026_01_01", "FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')"),
        ("calls_2026_02", "FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')"),
        ("calls_2026_03_01", "FOR VALUES FROM ('2026-03-01') TO ('2027-01-01')"),
        ("calls_2027", "FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')"),
    ]


def test_columns_and_indexes_are_added_to_all_partitions(engine: InProcess, tmp_path: Path) -> None:
    engine.use(calls(partition_by="day"))
    load(engine, tmp_path, "a.csv", "1,2026-02-01,b", "1,2026-03-01,b")
    more = [
        Column("id", Integer(), required=True),
        Column("date", COLUMNS[1].type, required=True, renamed_from=["day"]),
    ]
    more += [COLUMNS[2], Column("seconds", Integer())]
    changed = calls(key=("id", "date"), columns=more, partition_by="date", indexes=[("name",)])
    assert migrate([changed]) == ["Renamed column day of calls to date.", "Added column seconds to calls."]
    assert is_current(changed)
    assert engine.sql(
        "select count(*)::int from pg_indexes where tablename like 'calls_2026%' and indexdef like '%(name)'"
    ) == [(2,)]
    engine.use(changed)
    (tmp_path / "b.csv").write_text("id,date,name,seconds\n1,2026-04-01,c,7\n")
    engine.finish(engine.register(tmp_path / "b.csv"))
    assert engine.sql("select seconds::int from calls where date = '2026-04-01'") == [(7,)]


def test_a_name_that_is_taken_or_too_long_is_made_another(engine: InProcess, tmp_path: Path) -> None:
    engine.use(calls(partition_by="day"))
    engine.sql("create view calls_2026_02 as select 1")
    load(engine, tmp_path, "a.csv", "1,2026-02-01,b")
    ((name, _),) = engine.sql(PARTITIONS)
    assert name.startswith("calls_2026_02_")
    long = Table("c" * 59, key=("id", "day"), columns=COLUMNS, partition_by="day")
    engine.use(Pipeline("long", Files("*.csv"), long))
    load(engine, tmp_path, "b.csv", "1,2026-02-01,c")
    assert engine.sql(f"select count(*)::int from {'c' * 59}") == [(1,)]


def test_a_role_that_may_not_make_partitions_says_who_may(engine: InProcess, tmp_path: Path) -> None:
    engine.use(calls(partition_by="day"))
    engine.sql("drop role if exists parts_owner")
    engine.sql("create role parts_owner")
    engine.sql("drop role if exists parts_loader")
    engine.sql("create role parts_loader")
    engine.sql("grant usage on schema public, sluice to parts_loader")
    engine.sql("grant all on all tables in schema public, sluice to parts_loader")
    engine.sql("alter table calls owner to parts_owner")
    engine.sql("grant select, insert, update, delete on calls to parts_loader")
    with transaction() as cursor:
        cursor.execute("set local role parts_loader")
        assert not partition_rights(cursor, "calls").may_make
    with pytest.raises(NotAllowed) as refused:
        _make_as("parts_loader")
    assert str(refused.value) == (
        "Rows of calls need 1 new partitions, and the role parts_loader may not make them: the table belongs to "
        "parts_owner. Grant parts_owner and the right to create in its schema to parts_loader, or make the partitions "
        "by that role."
    )
    assert list(_partitions(["calls"])) == []
    engine.sql("grant create on schema public to parts_owner")
    load(engine, tmp_path, "a.csv", "1,2026-02-01,b")
    assert engine.sql("select tableowner::text from pg_tables where tablename = 'calls_2026_02'") == [("parts_owner",)]


def _make_as(role: str) -> None:
    with transaction() as cursor:
        cursor.execute(f"set local role {role}")
        make_partitions(cursor, "calls", "month", [date(2026, 2, 1)])
