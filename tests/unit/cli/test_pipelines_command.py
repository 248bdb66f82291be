"""`sluice pipelines`: what can be loaded, and mistakes in files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sluice.engine.base.settings import settings
from tests.unit.cli.made_up import Sluice

EVENTS = """
from sluice import Column, Daily, Files, Integer, Pipeline, Table

events = Table("web_events", key=("id",), columns=[Column("id", Integer(), required=True)])
pipeline = Pipeline("events", Files("events/*.csv"), events, schedule=Daily("06:30", "UTC"), about="Clicks.")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SLUICE_PIPELINES", str(tmp_path / "mine"))
    (tmp_path / "mine").mkdir(mode=0o755)
    settings.cache_clear()
    return tmp_path / "mine"


def test_each_pipeline_is_listed_with_its_file_sources_tables_and_schedule(sluice: Sluice, folder: Path) -> None:
    (folder / "events.py").write_text(EVENTS)
    said = sluice("pipelines").stdout
    assert "events.py, daily at 06:30 UTC): Clicks. events/*.csv into web_events" in " ".join(said.split())
    assert "call_logs (example, not switched on)" in said
    assert "  builds customer_ltv, customer_ltv_orphan\n" in said


def test_programs_get_keys_too(sluice: Sluice, folder: Path) -> None:
    (folder / "events.py").write_text(EVENTS)
    known = {each["name"]: each for each in json.loads(sluice("pipelines", "--json").stdout)["pipelines"]}
    assert known["events"]["flows"] == [
        {
            "source": "files",
            "reads": "events/*.csv",
            "table": "web_events",
            "key": ["id"],
            "on_conflict": "keep",
        }
    ]


def test_a_file_with_a_mistake_is_named_and_the_others_are_listed(sluice: Sluice, folder: Path) -> None:
    (folder / "events.py").write_text(EVENTS.replace("Integer()", "Intger()"))
    result = sluice("pipelines")
    assert result.exit_code == 0
    assert "not read: " in result.stderr
    assert "events.py:4: NameError: name 'Intger' is not defined" in result.stderr
    assert "call_logs (example" in result.stdout


def test_an_example_is_switched_on_by_its_name(sluice: Sluice, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_PIPELINES", f"{folder}:call_logs")
    settings.cache_clear()
    assert "call_logs (example, daily at 02:00 Africa/Nairobi)" in sluice("pipelines").stdout
    known = json.loads(sluice("pipelines", "--json").stdout)["pipelines"]
    assert {each["name"]: each["on"] for each in known} == {
        "call_logs": True,
        "customer_ltv": False,
        "unified_sales": False,
    }


def test_a_pipeline_may_have_the_name_of_an_example_that_is_off(sluice: Sluice, folder: Path) -> None:
    (folder / "mine.py").write_text(EVENTS.replace('"events", Files', '"call_logs", Files'))
    assert "mine.py, daily at 06:30 UTC): Clicks." in " ".join(sluice("pipelines").stdout.split())


def test_a_pipeline_must_not_have_the_name_of_an_example_that_is_on(
    sluice: Sluice, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "mine.py").write_text(EVENTS.replace('"events", Files', '"call_logs", Files'))
    monkeypatch.setenv("SLUICE_PIPELINES", f"{folder}:call_logs")
    settings.cache_clear()
    assert "both declare the pipeline 'call_logs': rename one." in sluice("pipelines").stderr
