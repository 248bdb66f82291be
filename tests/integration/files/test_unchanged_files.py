"""SLUICE_TRUST_STAMPS: files that are as they were when an input read them are not read again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.ledger.runs import Run
from sluice.engine.sources.files import kind
from sluice.engine.sources.inputs import inputs_of
from sluice.engine.steps.batch import read as batch_read
from sluice.engine.steps.plan import stamps
from sluice.engine.steps.plan.stamps import NOT_READ
from sluice.pipelines import declared_of
from sluice.tasks import batches
from sluice.tasks.enqueue import enqueue_inputs
from tests.kit.in_process import InProcess

COLUMNS = [Column("id", Integer(), required=True), Column("name", Text())]
PIPELINE = Pipeline("things", Files("*.csv"), Table("things", ["id"], COLUMNS))
OTHER = Pipeline("things", Files("*.csv", strict_quotes=True), Table("things", ["id"], COLUMNS))
OUTCOMES = "select state, note from sluice.input where run_id = %s order by position"
BOTH = ["1.csv", "2.csv"]


@pytest.fixture(params=["alone", "in a batch"])
def together(request: pytest.FixtureRequest) -> bool:
    """Whether the files are planned in a batch."""
    return bool(request.param == "in a batch")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that have been read."""
    names: list[str] = []
    scan, take = kind._scan, batch_read.take

    def scanned(source: Any, request: Any) -> Any:
        if request.at_hand is None:
            names.append(Path(request.uri).name)
        return scan(source, request)

    def taken(work: Any, *others: Any) -> Any:
        names.append(Path(work.uri).name)
        return take(work, *others)

    monkeypatch.setattr(kind, "_scan", scanned)
    monkeypatch.setattr(batch_read, "take", taken)
    return names


@pytest.fixture
def things(engine: InProcess, monkeypatch: pytest.MonkeyPatch) -> InProcess:
    monkeypatch.setenv("SLUICE_TRUST_STAMPS", "true")
    engine.forget()
    engine.use(PIPELINE)
    monkeypatch.setattr(batches, "declared_for", lambda *_: declared_of(engine.pipeline))  # it is in no folder
    return engine


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    for number in (1, 2):
        (tmp_path / f"{number}.csv").write_text(f"id,name\n{number},Ann\n")
    return sorted(tmp_path.glob("*.csv"))


def load(engine: InProcess, paths: list[Path], *, together: bool, **options: Any) -> Run:
    run = enqueue_inputs(engine.pipeline, inputs_of(engine.pipeline, paths), **options)
    if together:
        batches.plan({"steps": engine.steps(run, "plan")})
    engine.finish(run)
    return run


def load_long_after(engine: InProcess, paths: list[Path], *, together: bool) -> Run:
    """A run that was registered some seconds after its files were written."""
    run = load(engine, paths, together=together)
    engine.sql("update sluice.run set created_at = created_at + interval '3 seconds'")
    return run


def test_files_that_have_not_changed_are_not_read(
    things: InProcess, paths: list[Path], read: list[str], together: bool
) -> None:
    first = load_long_after(things, paths, together=together)
    again, third = (load(things, paths, together=together) for _ in range(2))
    assert read == BOTH
    assert things.sql(OUTCOMES, again.id) == [("already_loaded", NOT_READ)] * 2
    assert things.sql(OUTCOMES, third.id) == [("already_loaded", NOT_READ)] * 2
    same = "select o.run_id, o.uri = i.uri, o.sha256 = i.sha256, o.size_bytes = i.size_bytes, o.stamp = i.stamp"
    join = "from sluice.input i join sluice.input o on o.id = i.same_as where i.run_id = %s"
    assert things.sql(f"{same} {join}", again.id) == [(first.id, True, True, True, True)] * 2


def test_without_the_setting_they_are_read(
    things: InProcess, paths: list[Path], read: list[str], together: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_long_after(things, paths, together=together)
    monkeypatch.delenv("SLUICE_TRUST_STAMPS")
    things.forget()
    again = load(things, paths, together=together)
    assert read == BOTH * 2
    assert things.sql(OUTCOMES, again.id) == [("already_loaded", None)] * 2


def test_a_file_that_was_written_just_before_its_run_is_read(
    things: InProcess, paths: list[Path], read: list[str], together: bool
) -> None:
    for _ in range(2):
        load(things, paths, together=together)
    assert read == BOTH * 2


def test_a_changed_file_is_read_even_if_its_time_is_set_back(
    things: InProcess, paths: list[Path], read: list[str], together: bool
) -> None:
    load(things, paths, together=together)
    before = paths[0].stat()
    paths[0].write_text("id,name\n3,Bob\n")
    os.utime(paths[0], ns=(before.st_atime_ns, before.st_mtime_ns))
    after = paths[0].stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (before.st_size, before.st_mtime_ns, before.st_ino)
    again = load(things, paths, together=together)
    assert read == BOTH * 2
    assert things.sql(OUTCOMES, again.id) == [("done", None), ("already_loaded", None)]
    assert things.sql("select id from things order by id") == [(1,), (2,), (3,)]


@pytest.mark.parametrize("why", ["reload", "another declaration", "its rows are gone"])
def test_a_file_that_has_to_be_loaded_again_is_read(
    things: InProcess, paths: list[Path], read: list[str], together: bool, why: str
) -> None:
    load_long_after(things, paths, together=together)
    if why == "another declaration":
        things.use(OTHER)
    if why == "its rows are gone":
        things.sql("truncate things")
    again = load(things, paths, together=together and why != "reload", reload=why == "reload")
    assert read == BOTH * 2
    assert things.sql(OUTCOMES, again.id) == [("done", None)] * 2
    assert things.sql("select count(*) from things") == [(2,)]


def test_a_file_whose_rows_vanish_while_it_is_planned_is_read(
    things: InProcess, paths: list[Path], read: list[str], together: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_long_after(things, paths, together=together)
    find, asked = stamps._loaded, []

    def not_the_second_time(*args: Any) -> dict[int, int]:
        asked.append(1)
        return {} if len(asked) == 2 else find(*args)

    monkeypatch.setattr(stamps, "_loaded", not_the_second_time)
    again = load(things, paths, together=together)
    # those of a batch come back alone, and are found unchanged there
    assert read == (BOTH if together else [*BOTH, "1.csv"])
    assert things.sql("select state from sluice.input where run_id = %s", again.id) == [("already_loaded",)] * 2
