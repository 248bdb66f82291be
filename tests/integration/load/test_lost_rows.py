"""Tables that lose rows behind Sluice's back, during a run and after: books and tables are compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.database.autocommit import autocommit
from sluice.engine.database.connection import transaction
from sluice.engine.doctor.rows import look_at_rows
from sluice.engine.ledger.runs import Run
from sluice.engine.tables.loaded_rows import missing_inputs, missing_of_run, note_lost, note_targets
from sluice.engine.tables.migrate import migrate
from tests.kit.in_process import InProcess

COLUMNS = [Column("id", Integer(), required=True), Column("name", Text())]
KEEP = Pipeline("kept", Files("*.csv", name="kept"), Table("kept", key=("id",), columns=COLUMNS))
UPDATE = Pipeline(
    "updated", Files("*.csv", name="updated"), Table("updated", key=("id",), columns=COLUMNS, on_conflict="update")
)
SNAPSHOT = Pipeline(
    "shelf",
    Files("*.csv", name="shelf", snapshot=True),
    Table("shelf", key=("id",), columns=COLUMNS, on_conflict="update"),
)


class Office:
    """Runs of a pipeline as the tasks do them: targets noted before, compared before settling."""

    def __init__(self, engine: InProcess, folder: Path) -> None:
        self.engine, self._folder = engine, folder

    def use(self, pipeline: Pipeline) -> None:
        self.engine.use(pipeline)
        self.pipeline = pipeline
        self.table = pipeline.flows[0].table

    def file(self, name: str, first: int, last: int, value: str = "x") -> Path:
        path = self._folder / name
        path.write_text("id,name\n" + "".join(f"{n},{value}\n" for n in range(first, last + 1)), encoding="utf-8")
        return path

    def begin(self, *paths: Path, **options: object) -> Run:
        run = self.engine.register(*paths, **options)
        with transaction() as cursor:
            note_targets(cursor, run.id, self.pipeline)
        self.engine.plan(run)
        return run

    def load(self, run: Run) -> None:
        for step in self.engine.steps(run, "extract"):
            self.engine.load(step)

    def end(self, run: Run) -> dict[str, object]:
        note_lost(run.id, self.pipeline)
        self.engine.settle(run)
        return run.status().json()

    def run(self, *paths: Path, **options: object) -> Run:
        run = self.begin(*paths, **options)
        self.load(run)
        assert self.end(run)["state"] == "done"
        return run

    def missing(self) -> list[tuple[str, int, int, bool]]:
        """(name of the file, expected, found, made anew) of what is missing of all inputs."""
        inputs = [number for (number,) in self.engine.sql("select id from sluice.input order by id")]
        with transaction() as cursor:
            found = missing_inputs(cursor, self.table, inputs)
        return [(Path(each.uri).name, each.expected, each.found, each.other) for each in found]


@pytest.fixture
def office(engine: InProcess, tmp_path: Path) -> Office:
    return Office(engine, tmp_path)


TAKEN = ["truncate {}", "drop table {}"]


@pytest.mark.parametrize("pipeline", [KEEP, UPDATE], ids=["keep", "update"])
@pytest.mark.parametrize("statement", TAKEN)
def test_a_run_whose_rows_were_taken_while_it_loaded_fails_and_names_the_file(
    office: Office, pipeline: Pipeline, statement: str
) -> None:
    office.use(pipeline)
    a, b = office.file("a.csv", 1, 5), office.file("b.csv", 6, 8)
    run = office.begin(a, b)
    first, second = office.engine.steps(run, "extract")
    office.engine.load(first)
    office.engine.sql(statement.format(office.table.name))
    migrate([pipeline])
    office.engine.load(second)
    status = office.end(run)
    assert status["state"] == "failed"
    assert status["error"] == (
        "A table was emptied, dropped or recreated while the run loaded. "
        f"{a}: 5 rows were loaded into {office.table.name} and 0 are there. "
        f"Load these again: sluice run {pipeline.name} FILES --reload"
    )
    assert [str(each) for each in missing_of_run(run.id, pipeline)] == [
        f"{a}: 5 rows were loaded into {office.table.name} and 0 are there"
    ]


@pytest.mark.parametrize(
    "statement", ["vacuum full kept", "cluster kept using kept_pkey", "alter table kept add x int default 7"]
)
def test_a_table_that_was_only_written_anew_has_lost_nothing(office: Office, statement: str, database_url: str) -> None:
    office.use(KEEP)
    run = office.begin(office.file("a.csv", 1, 5))
    office.load(run)
    _apart(database_url, statement)
    assert office.end(run)["state"] == "done"
    _apart(database_url, statement.replace("add x", "add y"))
    assert office.missing() == []


@pytest.mark.parametrize("pipeline", [KEEP, UPDATE], ids=["keep", "update"])
@pytest.mark.parametrize("statement", TAKEN)
def test_inputs_of_an_emptied_table_are_missing_until_they_are_loaded_again(
    office: Office, pipeline: Pipeline, statement: str
) -> None:
    office.use(pipeline)
    a, b = office.file("a.csv", 1, 5), office.file("b.csv", 6, 8)
    office.run(a)
    office.run(b)
    assert office.missing() == []
    office.engine.sql(statement.format(office.table.name))
    migrate([pipeline])
    office.run(office.file("c.csv", 9, 9))
    assert office.missing() == [("a.csv", 5, 0, True), ("b.csv", 3, 0, True)]
    office.run(a, reload=True)
    assert office.missing() == [("b.csv", 3, 0, True)]
    office.run(b, reload=True)
    assert office.missing() == []


def test_rows_deleted_by_hand_are_missing_from_a_table_that_keeps(office: Office) -> None:
    office.use(KEEP)
    office.run(office.file("a.csv", 1, 5))
    office.engine.sql("delete from kept where id > 3")
    assert office.missing() == [("a.csv", 5, 3, False)]


def test_rows_that_newer_ones_replaced_are_not_missing(office: Office, database_url: str) -> None:
    office.use(UPDATE)
    a = office.file("a.csv", 1, 9)
    office.run(a)
    office.run(office.file("b.csv", 1, 9, "y"))
    office.run(office.file("c.csv", 5, 12, "z"))
    office.run(a, reload=True)
    assert office.missing() == []
    _apart(database_url, "vacuum full updated")
    assert office.missing() == []


def test_a_reload_of_what_replaced_rows_of_others_is_no_loss(office: Office, database_url: str) -> None:
    office.use(UPDATE)
    office.run(office.file("a.csv", 1, 9))
    b = office.file("b.csv", 1, 9, "y")
    office.run(b)
    office.run(b, reload=True)
    _apart(database_url, "vacuum full updated")
    assert office.missing() == []


def test_rows_that_a_snapshot_no_longer_has_are_not_missing(office: Office, database_url: str) -> None:
    office.use(SNAPSHOT)
    office.run(office.file("monday.csv", 1, 9))
    office.run(office.file("tuesday.csv", 5, 12))
    office.run(office.file("wednesday.csv", 20, 21))
    assert office.missing() == []
    _apart(database_url, "vacuum full shelf")
    assert office.missing() == []


def test_an_input_that_is_still_loading_is_not_missing(office: Office) -> None:
    office.use(KEEP)
    run = office.begin(office.file("a.csv", 1, 5))
    office.load(run)
    office.engine.sql("truncate kept")
    assert office.missing() == []


def test_all_rows_are_missing_from_a_table_that_was_dropped(office: Office) -> None:
    office.use(KEEP)
    office.run(office.file("a.csv", 1, 5))
    office.engine.sql("drop table kept")
    assert office.missing() == [("a.csv", 5, 0, True)]


def test_the_doctor_names_the_files_to_load_again(office: Office) -> None:
    office.use(KEEP)
    a = office.file("a.csv", 1, 5)
    office.run(a)
    assert [(each.check, each.state) for each in look_at_rows([KEEP])] == [("rows", "ok")]
    office.engine.sql("truncate kept")
    (found,) = look_at_rows([KEEP])
    assert (found.state, found.found) == (
        "wrong",
        f"kept lacks 5 rows that the books say were loaded: {a} (0 of 5); it was emptied or recreated since",
    )
    assert found.todo == "Load these files again, in their order: sluice run PIPELINE FILES --reload"


def test_the_doctor_only_warns_of_rows_that_somebody_deleted(office: Office) -> None:
    office.use(KEEP)
    office.run(office.file("a.csv", 1, 5))
    office.engine.sql("delete from kept where id = 5")
    (found,) = look_at_rows([KEEP])
    assert (found.state, found.found.partition(":")[0]) == (
        "warning",
        "kept lacks 1 rows that the books say were loaded",
    )


def _apart(database_url: str, statement: str) -> None:
    with autocommit(database_url) as cursor:
        cursor.execute(statement)
