"""A worker whose role may not do its work, beside a healthy one: it takes no messages, and says so once."""

from __future__ import annotations

import pytest

from tests.faults.trial import Trial
from tests.kit.roles import weakened_loader
from tests.kit.stack import Worker, until

CLOSED, OPEN = "this worker takes no messages: ", "this worker takes messages again"
THROW_OUT = "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename like 'weak%%'"
TABLE = (
    "alter role {role} set search_path = sluice, public",
    "grant select, insert, update, delete on customer_call_logs to {role}",
)
LOSSES = {
    "usage": ("revoke usage on schema sluice from {}", "grant usage on schema sluice to {}"),
    "one table": ("revoke update on sluice.part from {}", "grant update on sluice.part to {}"),
    "password": ("alter role {} password 'another'", "alter role {} password 'made-up'"),
}  # fmt: skip


def said(worker: Worker, text: str) -> int:
    return worker.log.read_text().count(text)


@pytest.mark.parametrize("how", LOSSES)
@pytest.mark.slow
def test_a_worker_that_loses_its_rights_leaves_the_messages_to_a_healthy_one(trial: Trial, how: str) -> None:
    trial.stack.sluice("migrate")
    name = f"weak_{trial.stack.database_url.rpartition('/')[2]}"
    taken, given = LOSSES[how]
    with weakened_loader(trial.stack.database_url, *TABLE) as url:
        weak = trial.worker(2, DATABASE_URL=url)
        trial.stack.sql(taken.format(name))
        trial.ask(THROW_OUT)
        until(lambda: said(weak, CLOSED), 120, "the gate closed")
        trial.run = trial.stack.enqueue(*trial.sample.paths)
        trial.worker(1)
        trial.struck()
        trial.finish()
        trial.assert_all_is_well(frames=True)
        assert said(weak, CLOSED) == 1
        assert said(weak, "received") == 0
        assert trial.count("crashes > 0 or vanished > 0 or state = 'dead'") == 0
        trial.stack.sql(given.format(name))
        until(lambda: said(weak, OPEN), 120, "the gate opened")
        weak.kill_group()


@pytest.mark.slow
def test_rights_lost_in_the_middle_of_a_run_kill_no_step(trial: Trial) -> None:
    trial.stack.sluice("migrate")
    name = f"weak_{trial.stack.database_url.rpartition('/')[2]}"
    with weakened_loader(trial.stack.database_url, *TABLE) as url:
        weak = trial.worker(2, DATABASE_URL=url)
        trial.run = trial.stack.enqueue(*trial.sample.paths)
        trial.half_way(10)
        trial.stack.sql(f"revoke update on sluice.part from {name}")
        trial.worker(1)
        trial.struck()
        trial.finish()
        trial.assert_all_is_well(frames=True)
        until(lambda: said(weak, CLOSED), 120, "the gate closed")
        assert said(weak, CLOSED) == 1
        assert trial.count("crashes > 0 or state = 'dead'") == 0
        weak.kill_group()


@pytest.mark.slow
@pytest.mark.parametrize(
    "lacks", ["revoke insert on customer_call_logs from {role}", "alter role {role} set search_path = pg_catalog"]
)
def test_a_table_that_one_worker_cannot_load_into_is_left_to_the_other(trial: Trial, lacks: str) -> None:
    trial.stack.sluice("migrate")
    # few parts: each is tried often in the half minute that is waited for a worker which may load it
    trial.stack.env["SLUICE_PART_BYTES"] = "262144"
    with weakened_loader(trial.stack.database_url, *TABLE, lacks) as url:
        weak = trial.worker(1, DATABASE_URL=url)
        trial.worker(1)
        trial.run = trial.stack.enqueue(*trial.sample.paths)
        trial.struck()
        trial.finish()
        trial.assert_all_is_well(frames=True)
        assert trial.count("state = 'dead'") == 0
        weak.kill_group()


@pytest.mark.empty_database
def test_a_worker_without_a_ledger_waits_for_it_and_then_works(trial: Trial) -> None:
    worker = trial.worker(2)
    assert said(worker, CLOSED) == 1
    assert said(worker, "is not there: `sluice migrate` brings it up to date") == 1
    trial.run = trial.stack.enqueue(*trial.sample.paths)
    trial.finish()
    trial.assert_all_is_well()
    assert said(worker, OPEN) == 1
