"""A table that somebody else has made: refused, and never altered unless the declaration says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.tables.migrate import is_current, migrate, refused_by_migrate
from sluice.errors import ConfigError
from tests.kit.in_process import InProcess

COLUMNS = [Column("id", Integer(), required=True), Column("name", Text())]
THEIRS = """create table people (id bigint primary key, name text collate "C", extra text default 'x');
            insert into people values (1, 'a'), (2, 'b')"""
FACTS = "select column_name::text from information_schema.columns where table_name = 'people' order by ordinal_position"


def people(*, adopt: bool, key: tuple[str, ...] | None = ("id",), on_conflict: str = "keep") -> Pipeline:
    table = Table("people", key=key, columns=COLUMNS, adopt=adopt, on_conflict=on_conflict)  # type: ignore[arg-type]
    return Pipeline("people", Files("*.csv"), table)


def test_it_is_refused_and_left_as_it_is(engine: InProcess) -> None:
    engine.sql(THEIRS)
    before = engine.sql(FACTS)
    with pytest.raises(ConfigError) as refused:
        migrate([people(adopt=False)])
    assert str(refused.value) == (
        "Table people: It is in the database and was not made by Sluice: it has no _input_id and _line. With "
        "adopt=True `sluice migrate` adds them, and an index, and loads go into it; or give the declared table another "
        "name."
    )
    assert engine.sql(FACTS) == before
    assert refused_by_migrate(people(adopt=False)) == [str(refused.value).replace("Table people", "table people", 1)]
    assert refused_by_migrate(people(adopt=True)) == []


@pytest.mark.parametrize(
    ("on_conflict", "rows"),
    [
        ("keep", [(1, "a", "x", None), (2, "b", "x", None), (3, "c", "x", 4)]),
        ("update", [(1, "a", "x", 2), (2, "z", "x", 3), (3, "c", "x", 4)]),
    ],
)
def test_adopted_it_keeps_its_rows_and_takes_new_ones(
    engine: InProcess, tmp_path: Path, on_conflict: str, rows: list[tuple[object, ...]]
) -> None:
    engine.sql(THEIRS)
    pipeline = people(adopt=True, on_conflict=on_conflict)
    assert migrate([pipeline]) == [
        "Added columns _input_id and _line to people, which was not made by Sluice (adopt=True)."
    ]
    assert is_current(pipeline)
    assert migrate([pipeline]) == []
    engine.use(pipeline)
    (tmp_path / "a.csv").write_text("id,name\n1,a\n2,z\n3,c\n")
    engine.finish(engine.register(tmp_path / "a.csv"))
    assert engine.sql("select id, name, extra, _line::int from people order by 1") == rows


def test_without_a_key_it_gets_an_index_of_lines(engine: InProcess, tmp_path: Path) -> None:
    engine.sql(THEIRS.replace(" primary key", ""))
    engine.use(people(adopt=True, key=None))
    (tmp_path / "a.csv").write_text("id,name\n1,a\n1,a\n")
    engine.finish(engine.register(tmp_path / "a.csv"))
    assert engine.sql("select id, count(*)::int from people group by 1 order by 1") == [(1, 3), (2, 1)]
    assert is_current(people(adopt=True, key=None))


def test_a_table_without_the_declared_key_is_refused_whole(engine: InProcess) -> None:
    engine.sql(THEIRS.replace(" primary key", ""))
    with pytest.raises(ConfigError, match=r"The key is \(id\) in the declaration, and no primary key"):
        migrate([people(adopt=True)])
    assert engine.sql(FACTS) == [("id",), ("name",), ("extra",)]
