"""Runs whose inputs are registered piece by piece: they load meanwhile, and cannot end before all are registered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.base.identity import node
from sluice.engine.database.connection import transaction
from sluice.engine.ledger.inputs.shared import earlier_open_run
from sluice.engine.ledger.registration import NewInput, Registration, Versions
from sluice.engine.sources.inputs import found_inputs
from sluice.engine.steps.dispatch import recover
from sluice.errors import ConfigError, EarlierRunOpen, PermanentError
from sluice.tasks import enqueue
from sluice.tasks.enqueue import contracts_of, enqueue_inputs
from tests.kit.in_process import InProcess

COLUMNS = [Column("id", Integer(), required=True), Column("value", Text())]
KEEP = Pipeline("letters", Files("*.csv"), Table("letters", key=("id",), columns=COLUMNS))
UPDATE = Pipeline("letters", Files("*.csv"), Table("letters", key=("id",), columns=COLUMNS, on_conflict="update"))
LISTED = "select position, regexp_replace(uri, '.*/', '') from sluice.input where run_id = %s order by position"
BOOKS = ("read", "loaded", "duplicate", "rejected")


@pytest.fixture
def letters(engine: InProcess, monkeypatch: pytest.MonkeyPatch) -> InProcess:
    """Pieces of three files, which this process registers and loads itself."""
    for module in ("sluice.tasks.enqueue", "sluice.engine.sources.inputs"):
        monkeypatch.setattr(f"{module}.AT_ONCE", 3)
    monkeypatch.setattr(enqueue, "publish_now", lambda: None)
    known = {"letters": KEEP}
    monkeypatch.setattr(enqueue, "declared_of", lambda pipeline: Known(engine, known.get(pipeline.name, pipeline)))
    monkeypatch.setattr(enqueue, "note_declared", lambda _cursor, _declared: None)
    engine.use(KEEP)
    return engine


class Known:
    """What the registry knows of a pipeline that is in no file."""

    def __init__(self, engine: InProcess, _pipeline: Pipeline) -> None:
        self.revisions = dict.fromkeys(engine.contracts, "r")
        self.contract = engine.contracts.__getitem__


def folder_of(folder: Path, files: int) -> Path:
    """Files 1.csv, 2.csv, ... with one row each, whose key is their number."""
    folder.mkdir(exist_ok=True)
    for number in range(1, files + 1):
        (folder / f"{number}.csv").write_text(f"id,value\n{number},v{number}\n")
    return folder


def books(status: dict[str, Any]) -> tuple[int, ...]:
    return tuple(status[name] for name in BOOKS)


def test_inputs_of_several_pieces_have_the_places_of_one_list(letters: InProcess, tmp_path: Path) -> None:
    folder, told = folder_of(tmp_path / "in", 10), list[tuple[int, int]]()

    run = enqueue_inputs(KEEP, found_inputs(KEEP, [folder]), lambda *each: told.append(each))

    assert letters.sql(LISTED, run.id) == [(number, f"{number}.csv") for number in range(1, 11)]
    assert told == [(run.id, 3), (run.id, 6), (run.id, 9), (run.id, 10)]
    assert [run.status().json()[name] for name in ("inputs_total", "inputs_left", "registration")] == [
        10,
        10,
        "complete",
    ]
    assert books(letters.finish(run)) == (10, 10, 0, 0)


def test_a_file_that_is_given_again_keeps_its_first_place(letters: InProcess, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", 5)
    paths = [folder / "4.csv", folder / "4.csv", folder, folder / "2.csv", folder / "5.csv"]

    run = enqueue_inputs(KEEP, found_inputs(KEEP, paths))

    names = ["4.csv", "1.csv", "2.csv", "3.csv", "5.csv"]
    assert letters.sql(LISTED, run.id) == list(enumerate(names, 1))
    assert books(letters.finish(run)) == (5, 5, 0, 0)


def test_what_is_registered_loads_and_the_run_ends_after_the_last_file(letters: InProcess, tmp_path: Path) -> None:
    seen: list[tuple[Any, ...]] = []

    def load_so_far(run: int, _inputs: int) -> None:
        letters.plan(enqueue.Run(run))
        for step in letters.steps(enqueue.Run(run), "extract"):
            letters.load(step)
        recover()
        status = enqueue.Run(run).status().json()
        seen.append((status["loaded"], status["state"], status["inputs_left"], status["registration"]))
        assert letters.steps(enqueue.Run(run), "settle") == []

    run = enqueue_inputs(KEEP, found_inputs(KEEP, [folder_of(tmp_path / "in", 8)]), load_so_far)

    assert seen == [(3, "running", 0, "under way"), (6, "running", 0, "under way"), (8, "running", 0, "under way")]
    letters.settle(run)
    assert run.status().state == "done"
    assert books(run.status().json()) == (8, 8, 0, 0)


def test_an_error_half_way_ends_the_run_as_failed_and_the_same_again_loads_the_rest(
    letters: InProcess, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path / "in", 9)
    found = list(found_inputs(KEEP, [folder]))

    def broken() -> Iterator[NewInput]:
        yield from found[:7]
        raise ConfigError("The folder cannot be read any more.")

    with pytest.raises(ConfigError, match="cannot be read any more"):
        enqueue_inputs(KEEP, broken())

    ((run,),) = letters.sql("select id from sluice.run")
    status = letters.finish(enqueue.Run(run))
    assert status["state"] == "failed"
    assert status["error"] == (
        "Its registration ended before it was complete: 6 inputs were registered and loaded."
        " Run the same command again, which loads the others."
    )
    assert (books(status), status["registration"]) == ((6, 6, 0, 0), "interrupted")
    again = letters.finish(enqueue_inputs(KEEP, found_inputs(KEEP, [folder])))
    assert (again["state"], books(again)) == ("done", (3, 3, 0, 0))
    assert letters.sql("select count(*), count(distinct id) from letters") == [(9, 9)]


@pytest.fixture
def begun(letters: InProcess, tmp_path: Path) -> tuple[Registration, list[NewInput]]:
    """A registration with its first piece, and the inputs that are still to come."""
    found = list(found_inputs(KEEP, [folder_of(tmp_path / "in", 6)]))
    with transaction() as cursor:
        run = enqueue.register_inputs(cursor, KEEP, found[:3], incomplete=True)
    versions = Versions(KEEP.name, contracts_of(KEEP), {"files": "r"})
    return Registration(run.id, versions, 3), found[3:]


@pytest.mark.parametrize(
    "how",
    [f"registrar = '{node()}|999999999.1|999999999'", "registering_until = clock_timestamp() - interval '1 s'"],
)
def test_a_registrar_that_is_gone_is_noticed_and_can_add_nothing(
    letters: InProcess, begun: tuple[Registration, list[NewInput]], how: str
) -> None:
    registration, others = begun
    recover()
    assert letters.sql("select inputs_left, registering_until is null from sluice.run") == [(4, False)]
    letters.sql(f"update sluice.run set {how}")

    recover()

    assert letters.sql("select inputs_left, registering_until is null from sluice.run") == [(3, True)]
    with pytest.raises(PermanentError, match=r"was closed with 3 inputs.*Run the same command again"):
        registration.add(others, repeated=False)
    with pytest.raises(PermanentError, match="was closed with 3 inputs"):
        registration.complete()
    assert letters.finish(enqueue.Run(1))["state"] == "failed"
    assert letters.sql("select count(*) from sluice.input") == [(3,)]


def test_leases_are_not_looked_at_after_postgresql_was_away(
    letters: InProcess, begun: tuple[Registration, list[NewInput]]
) -> None:
    letters.sql("update sluice.run set registering_until = clock_timestamp() - interval '1 s'")
    recover(leases=False)
    with begun[0] as registration:
        registration.add(begun[1], repeated=False)
        registration.complete()
    assert letters.finish(enqueue.Run(1))["state"] == "done"


def test_a_piece_whose_commit_was_not_answered_is_not_written_twice(
    letters: InProcess, begun: tuple[Registration, list[NewInput]]
) -> None:
    registration, others = begun
    registration._add(others)
    registration._add(others)  # as after a connection that died at COMMIT
    registration.registered = 6
    registration._complete()
    registration._complete()
    assert letters.sql(LISTED, 1) == [(number, f"{number}.csv") for number in range(1, 7)]
    assert letters.sql("select inputs_total, inputs_left, registrar from sluice.run") == [(6, 6, None)]


def test_a_later_reload_waits_for_a_run_that_is_still_registered(
    letters: InProcess, begun: tuple[Registration, list[NewInput]], tmp_path: Path
) -> None:
    letters.sql("delete from sluice.step; delete from sluice.input")  # its files of this source are still to come
    reload = enqueue_inputs(KEEP, found_inputs(KEEP, [tmp_path / "in" / "1.csv"]), reload=True)
    with transaction() as cursor:
        assert earlier_open_run(cursor, reload.id, KEEP.name, "files", only_reloads=False) == 1


def test_rows_are_replaced_when_all_files_are_registered_and_planned(
    letters: InProcess, begun: tuple[Registration, list[NewInput]]
) -> None:
    run, (registration, others) = enqueue.Run(1), begun
    letters.plan(run)
    letters.sql("update sluice.input set replaces = '{999}' where position = 2")  # as of an older declaration
    first = letters.steps(run, "extract")[0]
    with pytest.raises(EarlierRunOpen, match="A file that is still to be registered is not planned yet"):
        letters.load(first)
    letters.sql("update sluice.step set state = 'due', kind = 'extract' where id = %s", first)
    with registration:
        registration.add(others, repeated=False)
        registration.complete()
    assert books(letters.finish(run)) == (6, 6, 0, 0)


@pytest.mark.parametrize(("pipeline", "options"), [(UPDATE, {}), (KEEP, {"reload": True})])
def test_where_the_whole_list_decides_it_is_one_transaction(
    letters: InProcess, tmp_path: Path, pipeline: Pipeline, options: Any
) -> None:
    letters.use(pipeline)
    told: list[int] = []

    run = enqueue_inputs(
        pipeline, found_inputs(pipeline, [folder_of(tmp_path / "in", 8)]), lambda _, n: told.append(n), **options
    )

    assert told == []
    assert letters.sql("select registrar from sluice.run") == [(None,)]
    assert letters.sql(LISTED, run.id) == [(number, f"{number}.csv") for number in range(1, 9)]


def test_a_path_without_a_file_is_refused_before_anything_is_registered(letters: InProcess, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", 8)
    for wrong in (folder / "gone.csv", f"{folder}/*.txt", tmp_path):
        with pytest.raises(ConfigError, match=r"No file at|has no file like"):
            enqueue_inputs(KEEP, found_inputs(KEEP, [folder, wrong]))
    assert letters.sql("select count(*) from sluice.run") == [(0,)]
