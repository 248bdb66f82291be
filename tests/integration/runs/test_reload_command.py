"""`sluice reload`: which files of earlier runs are loaded again, and in which order."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.database.connection import transaction
from sluice.engine.ledger.runs import Run
from sluice.engine.sources.inputs import inputs_of
from sluice.engine.steps.again.reload import files_again
from sluice.errors import ConfigError
from sluice.tasks.enqueue import register_inputs
from tests.kit.in_process import InProcess

ID, NAME = Column("id", Integer(), required=True), Column("name", Text())
COLOUR = Column("colour", Text())


def shop(*columns: Column, on_conflict: str = "keep", snapshot: bool = False) -> Pipeline:
    table = Table("shop", key=("id",), columns=columns, on_conflict=on_conflict)  # type: ignore[arg-type]
    return Pipeline("shop", Files("*.csv", snapshot=snapshot), table)


def load(engine: InProcess, *paths: Path, reload: bool = False) -> None:
    """As `sluice run`, with the declaration in the ledger."""
    with transaction() as cursor:
        run = register_inputs(cursor, engine.pipeline, inputs_of(engine.pipeline, paths), reload=reload)
    engine.finish(run)


def again(engine: InProcess, **options: str) -> Run:
    """What the command queues."""
    inputs = files_again(engine.pipeline, **options).inputs  # type: ignore[arg-type]
    with transaction() as cursor:
        run = register_inputs(cursor, engine.pipeline, inputs, reload=True)
    engine.finish(run)
    return run


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_new_column_gets_its_values_from_the_files_that_have_it(engine: InProcess, tmp_path: Path) -> None:
    engine.use(shop(ID, NAME))
    first = written(tmp_path, "a.csv", "id,name,colour\n1,bolt,red\n")
    load(engine, first)
    engine.use(shop(ID, NAME, COLOUR))
    load(engine, written(tmp_path, "b.csv", "id,name,colour\n2,nut,blue\n"))
    assert [Path(each.uri).name for each in files_again(engine.pipeline).inputs] == ["a.csv", "b.csv"]
    assert [Path(each.uri).name for each in files_again(engine.pipeline, column="colour").inputs] == ["a.csv"]
    assert again(engine, column="colour").status().state == "done"
    assert engine.sql("select id, name, colour from shop order by id") == [(1, "bolt", "red"), (2, "nut", "blue")]
    assert files_again(engine.pipeline, column="colour").inputs == []


def test_of_an_update_all_from_the_first_file_on_are_loaded_again(engine: InProcess, tmp_path: Path) -> None:
    engine.use(shop(ID, NAME, on_conflict="update"))
    load(engine, written(tmp_path, "a.csv", "id,name,colour\n1,bolt,red\n2,nut,red\n"))
    engine.use(shop(ID, NAME, COLOUR, on_conflict="update"))
    newer = written(tmp_path, "b.csv", "id,name,colour\n1,screw,blue\n")
    load(engine, newer)
    again(engine, column="colour")
    assert engine.sql("select id, name, colour from shop order by id") == [(1, "screw", "blue"), (2, "nut", "red")]
    newer.unlink()
    with pytest.raises(ConfigError, match=r"Gone: .*b\.csv\. In the table shop later files replace rows of earlier"):
        files_again(engine.pipeline)


def test_a_file_that_is_gone_is_named_and_the_others_are_loaded_again(engine: InProcess, tmp_path: Path) -> None:
    engine.use(shop(ID, NAME))
    first, second = (written(tmp_path, f"{name}.csv", f"id,name\n{name},x\n") for name in "12")
    load(engine, first, second)
    first.unlink()
    found = files_again(engine.pipeline)
    assert ([Path(each.uri).name for each in found.inputs], found.gone) == (["2.csv"], [str(first)])
    again(engine)
    assert engine.sql("select id, name from shop order by id") == [(1, "x"), (2, "x")]


def test_of_a_snapshot_only_the_newest_is_loaded_again_and_only_whole(engine: InProcess, tmp_path: Path) -> None:
    engine.use(shop(ID, NAME, on_conflict="update", snapshot=True))
    load(engine, written(tmp_path, "old.csv", "id,name\n1,bolt\n2,nut\n"))
    parts = [written(tmp_path, f"new{name}.csv", f"id,name\n{name},new\n") for name in "23"]
    load(engine, *parts)
    assert [Path(each.uri).name for each in files_again(engine.pipeline).inputs] == ["new2.csv", "new3.csv"]
    again(engine)
    assert engine.sql("select id, name from shop order by id") == [(2, "new"), (3, "new")]
    parts[0].unlink()
    with pytest.raises(ConfigError, match="all files together are the rows"):
        files_again(engine.pipeline)


def test_a_column_that_no_table_has_is_refused(engine: InProcess) -> None:
    engine.use(shop(ID, NAME))
    with pytest.raises(ConfigError, match=r"No table of shop has a column nmae; did you mean name\?"):
        files_again(engine.pipeline, column="nmae")


def test_a_file_that_is_gone_is_read_from_its_copy_in_the_landing(engine: InProcess, tmp_path: Path) -> None:
    engine.use(shop(ID, NAME))
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(b"id,name,colour\n1,bolt,red\n"))
    load(engine, packed)
    packed.unlink()
    engine.use(shop(ID, NAME, COLOUR))
    (copy,) = files_again(engine.pipeline).inputs
    assert Path(copy.uri).parent == tmp_path / "landing"
    again(engine, column="colour")
    assert engine.sql("select id, name, colour from shop") == [(1, "bolt", "red")]
