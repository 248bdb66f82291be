"""A source that is fetched: its workers killed or its database gone half way through, and a setting that is missing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.faults.sample import Sample
from tests.faults.servers import Processes
from tests.faults.test_object_storage import lose_patience
from tests.faults.test_processes import stopped_child
from tests.faults.trial import Trial
from tests.kit.stack import Stack, Worker, own_database

ROWS = 20_000  # about 4 MB: some 16 blocks
PIPELINE = f"""
from sluice import Column, Integer, Pipeline, PostgresQuery, Table, Text

sql = "select id, repeat('x', 200) || id as name from generate_series(1, {ROWS}) id"
source = PostgresQuery(sql, name="products", database="SLUICE_SHOP_DATABASE_URL")
columns = [Column("id", Integer(), required=True), Column("name", Text())]
pipeline = Pipeline("shop", source, Table("shop_product", ["id"], columns))
"""
LONG = {"SLUICE_LEASE_S": "30"}  # a child's death is seen by its parent; no lease runs out meanwhile


@dataclass
class Fetching:
    """A stack, and a run that fetches a query from another database."""

    stack: Stack
    url: str
    run: int = 0

    def begin(self, points: str = "", **env: str) -> Worker:
        """The run on its way, and a worker with failpoints, counted over all its processes."""
        counted = {"SLUICE_FAILPOINT": points, "SLUICE_TEST_FAILPOINT_COUNT": str(self.stack.home / "failpoints")}
        self.run = self.stack.enqueue(pipeline="shop")
        return self.stack.worker(1, **(counted if points else {}), **env)

    def assert_all_is_well(self) -> dict[str, Any]:
        status = self.stack.wait(self.run)
        assert (status["state"], status["read"], status["loaded"]) == ("done", ROWS, ROWS)
        assert self.stack.sql("select count(*), count(distinct id), sum(id) from shop_product") == [
            (ROWS, ROWS, ROWS * (ROWS + 1) // 2)
        ]
        again = self.stack.wait(self.stack.enqueue(pipeline="shop"))
        assert (again["read"], again["inputs"][0]["state"]) == (0, "already_loaded")
        return status

    def throw_everybody_out(self) -> None:
        with (
            closing(psycopg2.connect(self.stack.database_url)) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'sluice fetch%'"
            )
            assert cursor.fetchall() == [(True,)]


@pytest.fixture
def fetching(stack: Stack, processes: Processes, tmp_path: Path) -> Iterator[Fetching]:
    folder = tmp_path / "own_pipelines"
    folder.mkdir()
    (folder / "shop.py").write_text(PIPELINE)
    with own_database(processes.servers.database_url, f"shop_{os.getpid()}") as url:
        stack.env |= {"SLUICE_PIPELINES": str(folder), "SLUICE_SHOP_DATABASE_URL": url, "SLUICE_PART_BYTES": "1048576"}
        yield Fetching(stack, url)


def test_a_child_killed_half_way_through_a_fetch_costs_one_crash_and_no_row(fetching: Fetching) -> None:
    worker = fetching.begin("plan.fetching:5:kill", **LONG)
    fetching.assert_all_is_well()
    assert worker.process.poll() is None


def test_a_whole_worker_killed_half_way_through_a_fetch_is_made_up_for_by_the_next(fetching: Fetching) -> None:
    worker = fetching.begin("plan.fetching:5:stop", **LONG)
    stopped_child(worker)
    worker.kill_group()
    fetching.stack.worker(1)
    fetching.assert_all_is_well()
    assert len([each for each in (fetching.stack.home / "landing").iterdir() if each.suffix != ".part"]) == 1


@pytest.mark.slow
def test_a_database_that_throws_everybody_out_half_way_is_asked_again(fetching: Fetching) -> None:
    child = stopped_child(fetching.begin("plan.fetching:5:stop", **LONG))
    fetching.throw_everybody_out()
    os.kill(child, signal.SIGCONT)
    fetching.assert_all_is_well()
    assert fetching.stack.sql("select max(crashes), max(vanished) from sluice.step") == [(0, 0)]
    assert len(list((fetching.stack.home / "landing").iterdir())) == 1


def test_a_setting_that_no_worker_has_is_told_as_what_it_is(fetching: Fetching) -> None:
    fetching.stack.env.pop("SLUICE_SHOP_DATABASE_URL")
    fetching.begin()
    with Trial(fetching.stack, Sample(()), lambda *_: None) as trial:
        lose_patience(trial)
    status = fetching.stack.wait(fetching.run)
    assert (status["state"], status["inputs"][0]["error_code"]) == ("failed", "setting_missing")
    assert "the setting SLUICE_SHOP_DATABASE_URL is not set on this worker" in status["inputs"][0]["error"]


def test_run_says_what_was_fetched_and_from_where(fetching: Fetching) -> None:
    found = fetching.stack.sluice("run", "shop", "--workers", "1")
    assert (found["exit_code"], found["loaded"], found["inputs"][0]["uri"]) == (0, ROWS, "source:products")
    refused = fetching.stack.sluice("run", "shop", "--only", "nothing", ok=False)
    assert refused["exit_code"] == 2
    assert refused["error"]["message"] == "shop has no source 'nothing'; its sources: products."
