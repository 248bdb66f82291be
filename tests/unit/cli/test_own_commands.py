"""`sluice report` and `sluice forecast` of a user's own pipeline: what its folder declares is what they call."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from sluice.cli.data.forecast import forecast
from sluice.cli.data.report import report
from sluice.cli.edge import Edge
from sluice.engine.base.settings import settings

DECLARED = """
from sluice import Column, Files, Integer, Pipeline, Table

def _report(as_of, named, told):
    from .report import make
    return make(as_of, named, told)

def _forecast(as_of, months, discount):
    from .guess import guess
    return guess(as_of, months, discount)

pipeline = Pipeline("meters", Files("m/*"), Table("m", key=("id",), columns=[Column("id", Integer(), required=True)]),
                    report=_report, forecast=_forecast)
"""
REPORT = """
from pathlib import Path
from sluice import Page

def make(as_of, named, told):
    html = (Path(__file__).parent / "page.html").read_text()
    return Page(html.replace("FILE", named("/elsewhere/a.csv")), f"as of {as_of}, 3 meters", {"meters": 3})
"""
GUESS = """
from sluice import Forecast

def guess(as_of, months, discount):
    return Forecast({"kwh": 7 * months}, f"from {as_of} on: {7 * months} kWh at {discount}")
"""
Sluice = Callable[..., Any]


@pytest.fixture
def sluice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sluice]:
    folder = tmp_path / "mine" / "meters"
    folder.mkdir(parents=True)
    for name, text in (("__init__", DECLARED), ("report", REPORT), ("guess", GUESS)):
        (folder / f"{name}.py").write_text(text)
    (folder / "page.html").write_text("<p>FILE</p>")
    monkeypatch.setenv("SLUICE_PIPELINES", str(tmp_path / "mine"))
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    app = typer.Typer(cls=Edge)
    app.command()(forecast)
    app.command()(report)
    yield lambda *words: CliRunner().invoke(app, list(words))
    settings.cache_clear()


def test_the_report_is_written_and_told(sluice: Sluice, tmp_path: Path) -> None:
    told = sluice("report", "meters", "--out", "page.html", "--as-of", "2024-12-31")
    assert told.stderr == "report on meters as of 2024-12-31, 3 meters: written to page.html\n"
    assert (tmp_path / "page.html").read_text() == "<p>/elsewhere/a.csv</p>"


def test_the_report_has_facts_for_programs(sluice: Sluice) -> None:
    told = sluice("report", "meters", "--out", "page.html", "--json")
    assert json.loads(told.stdout) == {"pipeline": "meters", "meters": 3, "out": "page.html"}


def test_the_forecast_is_made_and_told(sluice: Sluice) -> None:
    words = ("forecast", "meters", "--as-of", "2024-12-31", "--months", "2")
    assert sluice(*words).stdout == "from 2024-12-31 on: 14 kWh at 0.01\n"
    assert json.loads(sluice(*words, "--json").stdout) == {"kwh": 14}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("report", "call_logs", "--out", "x.html"), "no report for 'call_logs', only for customer_ltv, meters."),
        (("forecast", "call_logs", "--as-of", "2024-12-31"), "no forecast for 'call_logs', only for customer_ltv"),
        (("report", "nothing", "--out", "x.html"), "Unknown pipeline 'nothing'"),
    ],
)  # fmt: skip
def test_a_pipeline_without_one_is_told_which_have_it(
    sluice: Sluice, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    told = sluice(*words)
    assert (told.exit_code, (tmp_path / "x.html").exists()) == (2, False)
    assert sentence in told.stderr
