"""A folder with its declaration in `__init__.py` is a pipeline as a file is one, with all that is in it."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

from sluice.engine.registry import Registry
from sluice.errors import ConfigError

DECLARED = """from pathlib import Path
from sluice import Column, Derived, Files, Flow, Integer, Pipeline, Table
from .units import FACTOR

def enlarge(frame):
    from .later import MORE
    frame["id"] = frame["id"] * FACTOR + MORE
    return frame

pipeline = Pipeline(
    name="meters",
    flows=[Flow(Files("t/*.csv", name="t"), Table("v", key=("id",), columns=[Column("id", Integer(), required=True)]),
                transform=enlarge)],
    derived=[Derived("w", key=("id",), columns={"id": "bigint"},
                     sql=(Path(__file__).parent / "sql" / "w.sql").read_text())],
)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "meters"
    (made / "sql").mkdir(parents=True)
    (made / "__init__.py").write_text(DECLARED)
    (made / "units.py").write_text("FACTOR = 2\n")
    (made / "later.py").write_text("MORE = 1\n")
    (made / "sql" / "w.sql").write_text("select id from {t}")
    return made


@pytest.fixture
def registry(folder: Path) -> Registry:
    return Registry(lambda: [folder.parent])


def transformed(registry: Registry) -> list[int]:
    transform = registry.find("meters").pipeline.flows[0].transform
    assert transform is not None
    return list(transform(pd.DataFrame({"id": [1, 2]}))["id"])


def test_a_folder_is_a_pipeline(registry: Registry, folder: Path) -> None:
    found = registry.find("meters")
    assert (found.path, transformed(registry)) == (folder / "__init__.py", [3, 5])
    assert not [name for name in sys.modules if name.split(".")[0] in ("meters", "units")]


@pytest.mark.parametrize(
    ("name", "text", "rows"),
    [("units.py", "FACTOR = 10\n", [11, 21]), ("later.py", "MORE = 100\n", [102, 104])],
    ids=["a module that it imports", "a module that a function imports when it is called"],
)
def test_another_text_of_a_module_in_it_is_another_revision(
    registry: Registry, folder: Path, name: str, text: str, rows: list[int]
) -> None:
    old, before = registry.find("meters"), transformed(registry)
    (folder / name).write_text(text)
    assert transformed(registry) == rows != before
    assert registry.find("meters").revisions != old.revisions
    assert registry.matching("meters", lambda each: each.is_of("t", old.revisions["t"], "")) is old


def test_two_processes_that_read_the_same_folder_have_the_same_revision(registry: Registry, folder: Path) -> None:
    registry.find("meters")
    (folder / "unused.py").write_text("")
    assert registry.find("meters").revisions == Registry(lambda: [folder.parent]).find("meters").revisions


def test_sql_in_it_is_read_again_when_it_changes(registry: Registry, folder: Path) -> None:
    assert registry.find("meters").pipeline.derived[0].sql == "select id from {t}"  # type: ignore[attr-defined]
    (folder / "sql" / "w.sql").write_text("select id from {t} where id > 0")
    assert registry.find("meters").pipeline.derived[0].sql == "select id from {t} where id > 0"  # type: ignore[attr-defined]


def test_a_mistake_in_it_is_named_by_file_and_line_and_by_the_folders_name(registry: Registry, folder: Path) -> None:
    (folder / "units.py").write_text("FACTOR = 1 / 0\n")
    with pytest.raises(ConfigError, match=r"units\.py:1: ZeroDivisionError"):
        registry.find("meters")


@pytest.mark.parametrize("text", ["", "LIMIT = 3\n", '"""Helpers for all pipelines."""\n'])
def test_a_folder_that_declares_none_holds_modules_for_others(registry: Registry, folder: Path, text: str) -> None:
    lib = folder.parent / "lib"
    lib.mkdir()
    (lib / "__init__.py").write_text(text)
    (lib / "units.py").write_text("FACTOR = 7\n")
    (folder / "units.py").write_text("from ..lib.units import FACTOR as FACTOR\n")
    assert (list(registry.view().declared), registry.view().broken) == (["meters"], {})
    assert transformed(registry) == [8, 15]


def test_a_folder_and_a_file_of_one_name_are_two_declarations(registry: Registry, folder: Path) -> None:
    (folder.parent / "meters.py").write_text(DECLARED.replace("from .units import FACTOR", "FACTOR = 3"))
    (folder.parent / "sql").mkdir()
    (folder.parent / "sql" / "w.sql").write_text("select id from {t}")
    with pytest.raises(ConfigError, match="both declare the pipeline 'meters'"):
        registry.find("meters")


@pytest.mark.parametrize("name", ["_meters", ".hidden"])
def test_names_that_begin_with_a_mark_are_left_alone(registry: Registry, folder: Path, name: str) -> None:
    folder.rename(folder.parent / name)
    assert not registry.view().declared
