"""Schedules of pipelines with sources that are fetched: each day's run fetches them, whatever the inbox has."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from psycopg2.extensions import cursor as Cursor

from sluice import Column, Daily, Files, Flow, Integer, Pipeline, Table
from sluice.engine.base.settings import settings
from sluice.engine.ledger.registration import NewInput, register
from sluice.engine.ledger.runs import Run
from sluice.engine.schedule import begin_day, check_schedule
from tests.kit.in_process import InProcess
from tests.kit.office import at
from tests.kit.source_shop import Shop, products

AT_THREE = Daily("03:00")
SALES = Flow(Files("sales/*.csv", name="sales"), Table("till", ["sale"], [Column("sale", Integer(), required=True)]))


def _tend(engine: InProcess, now: datetime) -> list[list[str]]:
    """The inputs of each run that is started at a time; they are brought to their end."""

    def start(cursor: Cursor, pipeline: Pipeline, inputs: list[NewInput], as_of: date | None) -> Run:
        versions = {source: contract.version for source, contract in engine.contracts.items()}
        return register(cursor, pipeline.name, versions, inputs, {})

    runs = check_schedule(engine.pipeline, now, start)
    return [[Path(each["uri"]).name for each in engine.finish(run)["inputs"]] for run in runs]


def test_a_pipeline_that_only_fetches_runs_every_day_and_looks_into_no_inbox(engine: InProcess, shop: Shop) -> None:
    engine.use(replace(products(), schedule=AT_THREE))
    assert _tend(engine, at("2026-05-02 03:00")) == [["source:products"]]
    assert _tend(engine, at("2026-05-02 03:01")) == []
    assert _tend(engine, at("2026-05-03 03:00")) == [["source:products"]]
    assert engine.sql("select state, read from sluice.input order by id") == [("done", 3), ("already_loaded", 0)]


@pytest.mark.parametrize("deadline", [None, "06:00"])
def test_files_are_taken_along_and_waited_for_where_there_is_a_deadline(
    engine: InProcess, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deadline: str | None
) -> None:
    inbox = tmp_path / "inbox"
    (inbox / "sales").mkdir(parents=True)
    monkeypatch.setenv("SLUICE_INBOX", str(inbox))
    settings.cache_clear()
    flows = [SALES, *products().flows]
    engine.use(Pipeline("shop", flows=flows, schedule=replace(AT_THREE, deadline=deadline)))
    without = [] if deadline else [["source:products"]]
    assert _tend(engine, at("2026-05-02 03:00")) == without
    (inbox / "sales" / "a.csv").write_text("sale\n1\n")
    assert _tend(engine, at("2026-05-03 03:00")) == [["a.csv", "source:products"]]


def test_a_past_day_that_is_run_again_fetches_nothing(engine: InProcess, shop: Shop) -> None:
    engine.use(products())
    assert begin_day(engine.pipeline, date(2026, 1, 1), lambda *_: Run(0)) is None
