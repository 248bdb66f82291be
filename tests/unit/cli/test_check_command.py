"""`sluice check`: what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sluice.engine.base.settings import settings
from tests.unit.cli.made_up import Sluice

GOOD = """
from sluice import Column, Example, Files, Integer, Pipeline, Table

table = Table("good", ("id",), [Column("id", Integer(), required=True)])
pipeline = Pipeline("good", Files("*.csv"), table, tests=[
    Example({"id": "7"}, {"id": 7}),
    Example({"id": "x"}, {"id": 8}),
])
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mine").mkdir(mode=0o755)
    monkeypatch.setenv("SLUICE_PIPELINES", str(tmp_path / "mine"))
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    return tmp_path / "mine"


def test_a_file_without_a_mistake(sluice: Sluice, folder: Path) -> None:
    (folder / "good.py").write_text(GOOD.replace('"x"', '"8"'))
    ended = sluice("check")
    assert (ended.exit_code, ended.stdout) == (
        0,
        "right: mine/good.py: good, 2 examples hold\n\n1 pipeline file, 0 mistakes\n",
    )


def test_one_file_is_checked_with_the_others_of_its_folder(sluice: Sluice, folder: Path) -> None:
    (folder / "good.py").write_text(GOOD.partition(", tests=")[0] + ")\n")
    (folder / "same.py").write_text((folder / "good.py").read_text())
    (folder / "late.py").write_text(
        (folder / "good.py").read_text().replace("Column,", "After, Column,").replace('"good", Files', '"late", Files')
        .replace("table)\n", "table, schedule=After('goot'))\n")
    )  # fmt: skip
    assert (
        "After('goot'): it must name a declared pipeline; did you mean 'good'?"
        in sluice("check", "mine/late.py").stdout
    )
    assert "declares the pipeline 'good', too" in sluice("check", "mine/same.py").stdout
    assert sluice("check", "mine/good.py").exit_code == 0


def test_mistakes_and_examples_with_file_and_line(sluice: Sluice, folder: Path) -> None:
    (folder / "good.py").write_text(GOOD)
    (folder / "bad.py").write_text("from sluice import *\npipeline = Pipeline('bad', Files('*', skip='1'), 1)\n")
    ended = sluice("check")
    assert ended.exit_code == 2
    assert ended.stdout.splitlines() == [
        "wrong: mine/bad.py:2: Files: skip must be a whole number, not the text '1'.",
        "wrong: mine/good.py:7: Example: expected id=8, got the reject not_integer (id: 'x' is not a whole number.)",
        "",
        "2 pipeline files, 2 mistakes, 1 example of them",
    ]


def test_programs_get_all_of_it(sluice: Sluice, folder: Path) -> None:
    (folder / "good.py").write_text(GOOD)
    facts = json.loads(sluice("check", "mine/good.py", "--json").stdout)
    assert facts["mistakes"] == 1
    (file,) = facts["files"]
    assert (file["pipeline"], file["examples"], file["mistakes"], file["warnings"]) == ("good", 2, [], [])
    assert file["failed"][0]["place"] == f"{folder / 'good.py'}:7"


def test_a_path_without_a_pipeline_file(sluice: Sluice, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No pipeline file at 'nowhere.py'" in sluice("check", "nowhere.py").stderr
    assert "No pipeline file at" in sluice("check").stderr
    monkeypatch.delenv("SLUICE_PIPELINES")
    settings.cache_clear()
    ended = sluice("check")
    assert ended.exit_code == 2
    assert "Nothing to check: name pipeline files, or their folders in SLUICE_PIPELINES." in ended.stderr
