"""Whatever the history of files and runs: after each build the derived tables are what the loaded rows say, counted
by hand, and the build's row in the ledger tells what has changed.

Each history comes from a seed, which a failure names; SLUICE_TEST_SEED=seed repeats it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from sluice.engine.declare import Pipeline
from sluice.engine.ledger.runs import Run
from sluice.pipelines import find
from tests.integration.builds_random.built import Built, check_books, loaded
from tests.kit.budget import LONG
from tests.kit.in_process import InProcess
from tests.kit.open_runs import OpenRuns
from tests.kit.shop_files import Shop, ShopFile, write

DATES = (date(2022, 9, 30), date(2023, 2, 28), date(2024, 2, 29), date(2026, 1, 1))
TABLES = "customers, orders, payments, customer_ltv, customer_ltv_orphan, sluice.run, sluice.contender, sluice.reject"
HISTORIES = 24 if LONG else 4


class History:
    """Runs over files of one folder, and what the derived tables have been so far."""

    def __init__(self, engine: InProcess, folder: Path, seed: int, dies: float) -> None:
        self.engine, self.folder, self.seed, self.random = engine, folder, seed, Random(seed)
        folder.mkdir()
        engine.sql(f"truncate {TABLES} restart identity cascade")
        self.runs, self.built = OpenRuns(engine, self.random, dies), Built(engine)
        self.files: list[ShopFile] = []
        self.number = 0

    def start(self) -> tuple[Run, list[ShopFile], date]:
        """A run of a few files, new ones and some that were there before, or of none."""
        chosen: dict[Path, ShopFile] = {}
        for _ in range(self.random.choice((0, 1, 1, 2, 3, 4))):
            known = self.random.choice(self.files) if self.files and self.random.random() < 0.3 else self.new()
            chosen[known.path] = known
        files, as_of = list(chosen.values()), self.random.choice(DATES)
        reload = bool(files) and self.random.random() < 0.15
        return self.runs.add([each.path for each in files], as_of, reload=reload), files, as_of

    def new(self, source: str | None = None) -> ShopFile:
        self.number += 1
        self.files.append(write(self.folder, self.number, self.random, source))
        return self.files[-1]

    def rewrite(self) -> None:
        """One of the newest files becomes another one, perhaps while it is read."""
        place = self.random.randrange(max(0, len(self.files) - 3), len(self.files))
        old = self.files[place]
        other = write(self.folder, 0, self.random, old.source)
        other.path.replace(old.path)
        self.files[place] = replace(other, path=old.path)

    def retry(self, run: Run) -> None:
        self.built.retried.append(run.id)
        self.runs.retry(run)

    def take(self) -> bool:
        """One step, and what it must have come to; False when none is left."""
        done = self.runs.step()
        if done is not None and done[0] == "build":
            self.built.check(done[1])
        return done is not None

    def end(self) -> None:
        """Finish what is open, and bring each date up to date; computing all of it again then changes nothing."""
        self.take_all()
        check_books(self.engine)
        self.build_all()
        usual = self.engine.pipeline
        self.engine.pipeline = _declared_otherwise(usual)
        for build in self.build_all():
            assert (build["mode"], build["added"], build["changed"], build["removed"]) == ("full", 0, 0, 0), build
        self.engine.pipeline = usual

    def build_all(self) -> list[dict[str, Any]]:
        """A run without files for each date there is, and what they built."""
        runs = [self.runs.add([], as_of) for as_of in self.built.dates()]
        self.take_all()
        return [build for run in runs for build in run.status().json()["builds"]]

    def take_all(self) -> None:
        while self.take():
            pass


def _declared_otherwise(pipeline: Pipeline) -> Pipeline:
    derived = [replace(each, params={**each.params, "unused": 1}) for each in pipeline.derived]
    return replace(pipeline, derived=derived)


def test_after_any_history_of_runs_the_tables_are_what_the_files_say(engine: InProcess, tmp_path: Path) -> None:
    engine.use(find("customer_ltv"))
    for history in _histories(engine, tmp_path, dies=0.0):
        with _told(history):
            shop = Shop()
            for _ in range(history.random.randint(4, 9)):
                run, files, _ = history.start()
                history.take_all()
                shop.load(files)
                assert loaded(engine).values_only() == shop, f"after run {run.id} of {files}"
            history.end()


@pytest.mark.slow
def test_after_any_history_of_runs_that_overlap_the_tables_are_what_is_loaded(
    engine: InProcess, tmp_path: Path
) -> None:
    engine.use(find("customer_ltv"))
    for history in _histories(engine, tmp_path, dies=0.02):
        with _told(history):
            started: list[Run] = []
            for _ in range(history.random.randint(40, 120)):
                chance = history.random.random()
                if len(history.runs.open) < 3 and chance < 0.25:
                    started.append(history.start()[0])
                elif chance < 0.30 and history.files:
                    history.rewrite()
                elif chance < 0.33 and started:
                    history.retry(history.random.choice(started))
                elif history.runs.open:
                    history.take()
            history.end()


def _histories(engine: InProcess, folder: Path, dies: float) -> Iterator[History]:
    """Histories, always the same ones unless SLUICE_TEST_SEED names one."""
    said = os.environ.get("SLUICE_TEST_SEED")
    for seed in [int(said)] if said else range(HISTORIES):
        yield History(engine, folder / str(seed), seed, dies)


@contextmanager
def _told(history: History) -> Iterator[None]:
    """Whoever sees it fail is told how to see it again."""
    try:
        yield
    except BaseException:
        print(f"SLUICE_TEST_SEED={history.seed} repeats this:", *history.runs.taken, sep="\n  ")
        raise
