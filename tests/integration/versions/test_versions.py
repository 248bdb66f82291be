"""Tables that keep each version of a row, with literals: which versions there are, and what the books say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Date, Files, Integer, Pipeline, Table, Text
from sluice.engine.ledger import steps
from sluice.engine.ledger.runs import Run, retry
from sluice.errors import ConfigError
from tests.kit.in_process import InProcess

COLUMNS = [Column("id", Integer(), required=True), Column("name", Text())]
TABLE = Table("names", key=("id",), on_conflict="history", columns=COLUMNS)
NAMES = Pipeline("names", Files("*.csv"), TABLE)
SNAPSHOT = Pipeline("names", Files("*.csv", snapshot=True), TABLE)
DATED = [*COLUMNS, Column("day", Date("%Y-%m-%d"), required=True)]
BY_DAY = Pipeline(
    "names", Files("*.csv"), Table("names", key=("id",), on_conflict="history", columns=DATED, versions_by="day")
)
# moments as the numbers of the runs that have them
VERSIONS = """
    select v.id, v.name, f.id, t.id from names_versions v
    left join sluice.run f on f.moment = v.valid_from left join sluice.run t on t.moment = v.valid_to
    order by v.id, v.valid_from
"""


class Names:
    """Runs of a pipeline, one after another."""

    def __init__(self, engine: InProcess, folder: Path) -> None:
        self.engine, self.folder = engine, folder

    def file(self, name: str, *rows: str, header: str = "id,name") -> Path:
        path = self.folder / name
        path.write_text(f"{header}\n" + "".join(f"{row}\n" for row in rows))
        return path

    def load(self, *paths: Path, **options: object) -> Run:
        run = self.engine.register(*paths, **options)
        assert self.engine.finish(run)["state"] == "done"
        return run

    def versions(self) -> list[tuple[Any, ...]]:
        return self.engine.sql(VERSIONS)


def _books(run: Run) -> tuple[int, ...]:
    status = run.status().json()
    return tuple(status[n] for n in ("read", "loaded", "updated", "unchanged", "duplicate", "rejected", "contested"))


@pytest.fixture
def names(engine: InProcess, tmp_path: Path) -> Names:
    engine.use(NAMES)
    return Names(engine, tmp_path)


def test_a_row_that_differs_closes_the_version_before_it_and_an_equal_one_is_unchanged(names: Names) -> None:
    first = names.load(names.file("a.csv", "1,ann", "2,bob"))
    second = names.load(names.file("b.csv", "1,anna", "2,bob", "3,cy"))
    assert names.versions() == [
        (1, "ann", first.id, second.id),
        (1, "anna", second.id, None),
        (2, "bob", first.id, None),
        (3, "cy", second.id, None),
    ]
    assert _books(first) == (2, 2, 0, 0, 0, 0, 0)
    assert _books(second) == (3, 1, 1, 1, 0, 0, 0)
    current = names.engine.sql("select id, name from names_current order by id")
    assert current == names.engine.sql("select id, name from names_versions where valid_to is null order by id")
    assert current == [(1, "anna"), (2, "bob"), (3, "cy")]


def test_the_same_file_again_changes_nothing(names: Names) -> None:
    path = names.file("a.csv", "1,ann")
    names.load(path)
    names.load(names.file("b.csv", "1,anna"))
    before = names.versions()
    names.load(names.folder / "b.csv")
    assert names.versions() == before


def test_a_value_that_comes_back_is_a_version_of_its_own(names: Names) -> None:
    runs = [names.load(names.file("names.csv", f"7,{value}")).id for value in "ABA"]
    assert names.versions() == [(7, "A", runs[0], runs[1]), (7, "B", runs[1], runs[2]), (7, "A", runs[2], None)]


def test_of_several_rows_of_a_run_the_last_one_is_the_version(names: Names) -> None:
    first = names.load(names.file("a.csv", "1,ann"))
    second = names.load(names.file("b.csv", "1,x"), names.file("c.csv", "1,y", "1,ann"))
    assert names.versions() == [(1, "ann", first.id, None)]
    assert _books(second) == (3, 0, 0, 1, 2, 0, 0)


def test_a_reload_with_equal_rows_closes_nothing(names: Names) -> None:
    path = names.file("a.csv", "1,ann", "2,bob")
    first = names.load(path)
    path.write_text("id,name\n1,ann\n2,bert\n")
    second = names.load(path, reload=True)
    third = names.load(path, reload=True)
    assert names.versions() == [
        (1, "ann", first.id, None),
        (2, "bob", first.id, second.id),
        (2, "bert", second.id, None),
    ]
    assert third.status().state == "done"


def test_a_row_that_a_snapshot_does_not_have_is_closed_and_begins_anew_when_it_is_back(names: Names) -> None:
    names.engine.use(SNAPSHOT)
    first = names.load(names.file("a.csv", "1,ann", "2,bob"))
    second = names.load(names.file("b.csv", "1,ann"))
    third = names.load(names.file("c.csv", "1,ann", "2,bob"))
    assert names.versions() == [
        (1, "ann", first.id, None),
        (2, "bob", first.id, second.id),
        (2, "bob", third.id, None),
    ]


def test_versions_by_a_column_are_placed_by_it_also_those_that_come_late(engine: InProcess, tmp_path: Path) -> None:
    engine.use(BY_DAY)
    names, header = Names(engine, tmp_path), "id,name,day"
    names.load(names.file("a.csv", "1,ann,2024-01-01", "1,anna,2024-03-01", header=header))
    late = names.load(names.file("b.csv", "1,annie,2024-02-01", "1,ann,2024-01-01", header=header))
    shown = engine.sql("select name, valid_from::text, valid_to::text from names_versions order by valid_from")
    assert shown == [
        ("ann", "2024-01-01", "2024-02-01"),
        ("annie", "2024-02-01", "2024-03-01"),
        ("anna", "2024-03-01", None),
    ]
    assert _books(late) == (2, 1, 0, 1, 0, 0, 0)
    assert engine.sql("select id, name from names_current") == [(1, "anna")]


def test_a_table_of_updates_that_becomes_one_of_versions_has_no_beginning_of_its_rows(names: Names) -> None:
    updated = Table("others", key=("id",), on_conflict="update", columns=COLUMNS)
    names.engine.use(Pipeline("others", Files("*.csv"), updated))
    names.load(names.file("a.csv", "1,ann", "2,bob"))
    kept = Table("others", key=("id",), on_conflict="history", columns=COLUMNS)
    names.engine.use(Pipeline("others", Files("*.csv"), kept))
    run = names.load(names.file("b.csv", "1,anna"))
    shown = "select id, name, valid_from is null, valid_to is null from others_versions order by id, valid_to"
    assert names.engine.sql(shown) == [(1, "ann", True, False), (1, "anna", False, True), (2, "bob", True, True)]
    assert run.status().updated == 1


def test_a_column_that_is_added_renamed_or_wider_is_so_in_all_versions(names: Names) -> None:
    names.load(names.file("a.csv", "1,ann"))
    names.load(names.file("b.csv", "1,anna"))
    names.engine.sql("grant select on names_versions to public")
    columns = [COLUMNS[0], Column("called", Text(), renamed_from=("name",)), Column("age", Integer())]
    changed = Table("names", key=("id",), on_conflict="history", columns=columns)
    names.engine.use(Pipeline("names", Files("*.csv"), changed))
    names.load(names.file("c.csv", "1,anna,30", header="id,called,age"))
    shown = names.engine.sql("select called, age, valid_to is null from names_versions order by valid_from")
    assert shown == [("ann", None, False), ("anna", None, False), ("anna", 30, True)]
    assert names.engine.sql("select has_table_privilege('pg_monitor', 'names_versions', 'select')") == [(True,)]


def test_a_file_that_failed_half_way_and_is_retried_after_another_run_closes_each_version_once(names: Names) -> None:
    first = names.load(names.file("a.csv", "1,ann", "2,bob"))
    run = names.engine.register(names.file("b.csv", "1,anna"), names.file("c.csv", "2,bert"))
    names.engine.plan(run)
    one, other = names.engine.steps(run, "extract")
    names.engine.load(one)
    steps.kill(steps.claim("extract", {"step": other}), "as a test wants it")
    names.engine.settle(run)
    assert names.versions() == [(1, "ann", first.id, run.id), (1, "anna", run.id, None), (2, "bob", first.id, None)]
    moment = names.engine.sql("select valid_from from names where id = 1")
    retry(run.id)
    names.engine.finish(run)
    assert names.engine.sql("select valid_from from names where id = 1") == moment
    shown = names.engine.sql("select id, name, valid_to is null from names_versions order by id, valid_from")
    assert shown == [(1, "ann", False), (1, "anna", True), (2, "bob", False), (2, "bert", True)]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"on_conflict": "history", "valid_from": "name"}, "is the name of another column"),
        ({"on_conflict": "history", "valid_to": "valid_from"}, "are both 'valid_from'"),
        ({"on_conflict": "history", "versions_by": "day"}, "versions_by='day' is not among its columns"),
        ({"on_conflict": "history", "versions_by": "name"}, "must be a Timestamp or a Date"),
        ({"on_conflict": "history", "removed_at": "deleted_at"}, "leave out removed_at"),
        ({"on_conflict": "update", "versions_by": "name"}, "are for on_conflict='history'"),
        ({"on_conflict": "update", "removed_at": "name"}, "is a declared column"),
        ({"on_conflict": "keep", "removed_at": "deleted_at"}, "declare on_conflict='update'"),
    ],
)
def test_a_wrong_declaration_is_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(sentence)):
        Table("names", key=("id",), columns=COLUMNS, **options)


def test_marks_and_moments_of_rows_need_the_source_that_fits() -> None:
    marked = Table("names", key=("id",), columns=COLUMNS, on_conflict="update", removed_at="deleted_at")
    with pytest.raises(ConfigError, match="declare snapshot=True"):
        Pipeline("names", Files("*.csv"), marked)
    with pytest.raises(ConfigError, match="leave versions_by out"):
        Pipeline("names", Files("*.csv", snapshot=True), BY_DAY.flows[0].table)


def test_rows_that_sluice_has_not_loaded_are_closed_like_others(names: Names) -> None:
    names.engine.sql("create table found (id bigint primary key, name text)")
    names.engine.sql("insert into found values (1, 'ann'), (2, null)")
    columns = [COLUMNS[0], Column("name", Text(), required=True)]
    names.engine.use(
        Pipeline("found", Files("*.csv"), Table("found", ("id",), columns, on_conflict="history", adopt=True))
    )
    names.load(names.file("a.csv", "1,anna", "2,bob"))
    shown = "select id, name, valid_from is null, valid_to is null from found_versions order by id, valid_to"
    assert names.engine.sql(shown) == [
        (1, "ann", True, False),
        (1, "anna", False, True),
        (2, None, True, False),
        (2, "bob", False, True),
    ]
