"""The end of a bulk load: whatever happened to the table meanwhile, its key is as it was declared."""

from __future__ import annotations

from pathlib import Path

import psycopg2
import pytest

from sluice.engine.doctor.work import look_at_work
from sluice.engine.ledger.runs import Run
from sluice.engine.load import bulk
from sluice.engine.load.target import Target
from sluice.engine.tables.migrate import is_current, migrate, refused_by_migrate
from sluice.errors import PermanentError, TransientError
from tests.integration.batches.calls import files, register, row
from tests.integration.bulk.keys import bulk_of, key_of, load_parts
from tests.kit.in_process import InProcess

COUNT = "select count(*)::int from customer_call_logs"
# a row of customer 1 once more, written by somebody else: input 0 is none of Sluice's
BY_HAND = """insert into customer_call_logs
             (customer_id, call_cost_usd, call_destination, call_date, call_duration_s, _input_id, _line)
             select customer_id, call_cost_usd, call_destination, call_date, call_duration_s, 0, 0
             from customer_call_logs where customer_id = 1 limit 1"""
CONFLICT = (
    "The same key (call_date, customer_id, call_destination) has other values in a row that this run has not loaded."
)
OTHERS = """select indexname from pg_indexes where tablename = 'customer_call_logs' and indexdef ~ 'USING btree'
            and indexdef !~ 'UNIQUE' order by 1"""
DEFINITIONS = "select indexname, indexdef from pg_indexes where tablename = 'customer_call_logs' order by 1"
LAST = "delete from customer_call_logs where ctid = (select max(ctid) from customer_call_logs where _input_id = 0)"


@pytest.fixture
def loaded(calls: InProcess, tmp_path: Path) -> Run:
    """A run whose parts are loaded, in a table without the index."""
    run = register(calls, *files(tmp_path / "f", row(1) + row(2), row(2) + row(3)))
    load_parts(calls, run)
    assert bulk_of(calls) == [("customer_call_logs", run.id, False)]
    return run


def target(engine: InProcess) -> Target:
    return Target.of(engine.pipeline.flows[0].table)


def test_a_unique_index_alone_comes_back_with_its_options(calls: InProcess, tmp_path: Path) -> None:
    ((columns,),) = calls.sql(
        "select regexp_replace(pg_get_constraintdef(oid), '.*\\(', '(') from pg_constraint"
        " where conname = 'customer_call_logs_pkey'"
    )
    calls.sql("alter table customer_call_logs drop constraint customer_call_logs_pkey")
    calls.sql(f'create unique index "Own Key" on customer_call_logs {columns} with (fillfactor = 70)')
    key = key_of(calls)
    run = register(calls, *files(tmp_path / "f", row(1) + row(2) + row(1)))
    load_parts(calls, run)
    assert key_of(calls) == ([], [])
    calls.settle(run)
    assert key_of(calls) == key
    assert "fillfactor='70'" in key[0][0][0]


def test_a_reader_makes_the_constraint_wait_but_not_the_index(calls: InProcess, loaded: Run, database_url: str) -> None:
    reader = psycopg2.connect(database_url)
    with reader.cursor() as cursor:
        cursor.execute(COUNT)
        with pytest.raises(TransientError, match=r"customer_call_logs is being read: its key becomes a constraint"):
            bulk.end(target(calls))
    assert bulk_of(calls) == [("customer_call_logs", loaded.id, True)]
    assert len(key_of(calls)[0]) == 1
    reader.close()
    calls.settle(loaded)
    assert (len(key_of(calls)[1]), bulk_of(calls)) == (1, [])


@pytest.mark.parametrize(("cost", "outcome"), [("1.00", (1, 1, 0)), ("9.00", (1, 0, 1))])
def test_a_row_that_somebody_else_wrote_comes_before_those_of_the_run(
    calls: InProcess, loaded: Run, cost: str, outcome: tuple[int, ...]
) -> None:
    calls.sql(BY_HAND)
    calls.sql("update customer_call_logs set call_cost_usd = %s where _input_id = 0", cost)
    calls.settle(loaded)
    assert calls.sql("select customer_id, _input_id from customer_call_logs order by 1") == [(1, 0), (2, 1), (3, 2)]
    assert calls.sql("select loaded, duplicate, rejected from sluice.input order by id") == [outcome, (1, 1, 0)]
    assert calls.sql("select reason from sluice.reject") == ([] if outcome[2] == 0 else [
        (CONFLICT,)
    ])  # fmt: skip


def test_rows_of_others_that_have_one_key_are_an_error_that_says_what_to_do(calls: InProcess, loaded: Run) -> None:
    calls.sql(BY_HAND)
    calls.sql(BY_HAND)
    with pytest.raises(PermanentError, match=r"rows with the same .*customer_id.* Delete all but one of them"):
        calls.settle(loaded)
    calls.sql(
        "delete from customer_call_logs where ctid = (select max(ctid) from customer_call_logs where _input_id = 0)"
    )
    calls.sql("update sluice.step set state = 'due' where kind = 'settle'")
    calls.settle(loaded)
    assert calls.sql(COUNT) == [(3,)]


def test_a_table_that_is_dropped_meanwhile_has_no_bulk_load(calls: InProcess, loaded: Run) -> None:
    calls.sql("drop table customer_call_logs")
    bulk.end(target(calls))
    assert bulk_of(calls) == []


def test_a_table_that_is_made_again_meanwhile_keeps_the_key_it_has(calls: InProcess, loaded: Run) -> None:
    calls.sql("drop table customer_call_logs")
    migrate([calls.pipeline])
    key = key_of(calls)
    bulk.end(target(calls))
    assert (bulk_of(calls), key_of(calls)) == ([], key)


def test_migrate_and_the_checks_of_tables_know_that_the_key_is_made_later(calls: InProcess, loaded: Run) -> None:
    assert is_current(calls.pipeline)
    assert refused_by_migrate(calls.pipeline) == []
    assert migrate([calls.pipeline]) == []
    assert bulk_of(calls) == [("customer_call_logs", loaded.id, False)]


def test_doctor_names_a_table_without_its_index_whose_run_nobody_works_on(calls: InProcess, loaded: Run) -> None:
    (finding,) = [each for each in look_at_work() if each.check == "keys"]
    assert (finding.state, finding.found) == (
        "warning",
        (
            f"customer_call_logs has no index of its key since run {loaded.id}, "
            "which has not ended, and no worker works on it"
        ),
    )


def test_doctor_names_a_table_that_a_failed_run_left_without_its_index(calls: InProcess, loaded: Run) -> None:
    calls.sql("update sluice.step set published_until = clock_timestamp() + interval '1 minute' where state = 'due'")
    assert [each.state for each in look_at_work() if each.check == "keys"] == ["ok"]
    calls.sql("update sluice.run set state = 'failed'")
    (finding,) = [each for each in look_at_work() if each.check == "keys"]
    assert (finding.state, finding.found) == (
        "warning", f"customer_call_logs has no index of its key since run {loaded.id}",
    )  # fmt: skip
    bulk.make_index(target(calls))
    (finding,) = [each for each in look_at_work() if each.check == "keys"]
    assert finding.found == f"customer_call_logs has no constraint of its key since run {loaded.id}"


def test_the_next_load_makes_the_index_that_a_failed_run_has_left_out(
    calls: InProcess, loaded: Run, tmp_path: Path
) -> None:
    calls.sql("update sluice.run set state = 'failed'")
    run = register(calls, *files(tmp_path / "later", row(3) + row(4)))
    load_parts(calls, run)
    assert len(key_of(calls)[0]) == 1
    assert calls.sql(COUNT) == [(4,)]


def others_of(engine: InProcess) -> list[str]:
    return [name for (name,) in engine.sql(OTHERS)]


def test_other_indexes_of_the_table_go_and_come_back_as_they_were(calls: InProcess, tmp_path: Path) -> None:
    calls.sql("create index own on customer_call_logs (call_cost_usd desc) include (call_date) where call_cost_usd > 1")
    there = calls.sql(DEFINITIONS)
    assert others_of(calls) == ["customer_call_logs_customer_id_call_date_idx", "own"]
    run = register(calls, *files(tmp_path / "f", row(1) + row(2)))
    load_parts(calls, run)
    assert others_of(calls) == []
    calls.settle(run)
    assert calls.sql(DEFINITIONS) == there


def test_one_that_somebody_made_again_meanwhile_is_left_alone(calls: InProcess, loaded: Run) -> None:
    migrate([calls.pipeline])
    assert others_of(calls) == ["customer_call_logs_customer_id_call_date_idx"]
    calls.settle(loaded)
    assert others_of(calls) == ["customer_call_logs_customer_id_call_date_idx"]
    assert bulk_of(calls) == []


def test_one_that_somebody_has_commented_on_stays(calls: InProcess, tmp_path: Path) -> None:
    calls.sql("comment on index customer_call_logs_customer_id_call_date_idx is 'ours'")
    run = register(calls, *files(tmp_path / "f", row(1) + row(2)))
    load_parts(calls, run)
    assert others_of(calls) == ["customer_call_logs_customer_id_call_date_idx"]
