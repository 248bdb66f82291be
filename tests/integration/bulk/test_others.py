"""What others have made of the table and its key, before a bulk load and during it."""

from __future__ import annotations

import importlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg2
import pytest

from sluice.engine.ledger.cleanup.purge import before, purge_run, purgeable_runs
from sluice.engine.ledger.parts import read_part
from sluice.engine.ledger.runs import Run
from sluice.engine.load import bulk
from sluice.engine.load.bulk import forget_considered
from sluice.engine.load.target import Target
from sluice.errors import TransientError
from tests.integration.batches.calls import files, register, row
from tests.integration.bulk.keys import bulk_of, key_of, load_parts
from tests.kit.in_process import InProcess

KEY = "(call_date, customer_id, call_destination)"
TEXTS = (row(1) + row(2) + row(2) + row(1, "9.00"), row(2) + row(3))
COUNT = "select count(*)::int, count(distinct customer_id)::int from customer_call_logs"
BOOKS = "select loaded, duplicate, rejected, contested from sluice.input order by id"
SETTLED = [(2, 1, 1, 0), (1, 1, 0, 0)]

RAISES = "create function {name}() returns {kind} language plpgsql as $$begin raise 'not allowed'; end$$"
REFUSES = RAISES.format(name="refuse", kind="trigger")
NO_DDL = RAISES.format(name="no_ddl", kind="event_trigger")


@pytest.fixture
def loaded(calls: InProcess, tmp_path: Path) -> Run:
    """A run whose parts are loaded, in a table without the index."""
    run = register(calls, *files(tmp_path / "f", *TEXTS))
    load_parts(calls, run)
    assert bulk_of(calls) == [("customer_call_logs", run.id, False)]
    return run


@pytest.mark.parametrize(
    "statements",
    [
        [REFUSES, "create trigger t before delete on customer_call_logs for each row execute function refuse()"],
        ["create rule r as on delete to customer_call_logs do instead nothing"],
        [f"alter table customer_call_logs add exclude {KEY.replace(',', ' with =,').replace(')', ' with =)')}"],
        ["alter table customer_call_logs add check (call_cost_usd < 8)"],
        ["create table costs (cost numeric(12, 4) primary key)", "insert into costs values (1)",
         "alter table customer_call_logs add foreign key (call_cost_usd) references costs"],
        [NO_DDL, "create event trigger e on ddl_command_start when tag in ('ALTER TABLE') execute function no_ddl()"],
        [NO_DDL, "create event trigger e on ddl_command_start when tag in ('CREATE INDEX') execute function no_ddl()"],
    ],
    ids=["a_trigger", "a_rule", "an_exclusion", "a_check", "a_foreign_key", "no_drop", "no_create"],
)  # fmt: skip
def test_what_would_notice_rows_of_one_key_or_refuse_the_index_keeps_it(
    calls: InProcess, tmp_path: Path, statements: list[str]
) -> None:
    key = key_of(calls)
    for statement in statements:
        calls.sql(statement)
    run = register(calls, *files(tmp_path / "f", *TEXTS))
    load_parts(calls, run)
    assert (bulk_of(calls), key_of(calls)) == ([], key)
    calls.settle(run)
    assert (calls.sql(COUNT), calls.sql(BOOKS)) == ([(3, 3)], SETTLED)


def test_an_index_of_the_key_that_failed_half_way_is_not_taken_for_it(
    calls: InProcess, loaded: Run, database_url: str
) -> None:
    other = psycopg2.connect(database_url)
    other.autocommit = True
    with other.cursor() as cursor, pytest.raises(psycopg2.errors.UniqueViolation):
        cursor.execute(f"create unique index concurrently half on customer_call_logs {KEY}")
    other.close()
    calls.settle(loaded)
    assert (calls.sql(COUNT), calls.sql(BOOKS), len(key_of(calls)[1])) == ([(3, 3)], SETTLED, 1)


def test_a_unique_index_of_some_rows_is_not_taken_for_the_key(calls: InProcess, loaded: Run) -> None:
    calls.sql(f"create unique index few on customer_call_logs {KEY} where customer_id > 9")
    calls.settle(loaded)
    assert (calls.sql(COUNT), calls.sql(BOOKS), len(key_of(calls)[1])) == ([(3, 3)], SETTLED, 1)


def test_a_process_that_ends_a_bulk_load_late_leaves_one_that_has_begun_meanwhile(
    calls: InProcess, loaded: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("sluice.engine.load.bulk.end")

    def others(name: str) -> None:
        if name == "bulk.keyed":
            monkeypatch.setattr(module, "failpoint", lambda _: None)
            calls.settle(loaded)
            calls.sql("truncate customer_call_logs")
            second = register(calls, *files(tmp_path / "later", row(7) + row(7)))
            load_parts(calls, second)

    monkeypatch.setattr(module, "failpoint", others)
    bulk.end(Target.of(calls.pipeline.flows[0].table))
    assert bulk_of(calls) == [("customer_call_logs", loaded.id + 1, False)]


def test_a_failed_run_is_not_purged_before_the_index_is_there_again(
    calls: InProcess, loaded: Run, tmp_path: Path
) -> None:
    calls.sql("update sluice.run set state = 'failed', finished_at = now() - interval '1 day'")
    assert purgeable_runs(before(timedelta(0))) == []
    assert not purge_run(loaded.id, before(timedelta(0)))
    bulk.make_index(Target.of(calls.pipeline.flows[0].table))
    assert calls.sql(COUNT) == [(3, 3)]
    assert calls.sql(BOOKS) == [(2, 0, 0, 2), (1, 0, 0, 1)]
    assert purgeable_runs(before(timedelta(0))) == [loaded.id]


def test_a_late_process_begins_no_bulk_load_for_a_run_that_has_ended(calls: InProcess, tmp_path: Path) -> None:
    key = key_of(calls)
    run = register(calls, *files(tmp_path / "f", *TEXTS))
    load_parts(calls, run)
    calls.settle(run)
    calls.sql("truncate customer_call_logs")
    forget_considered()
    ((part,),) = calls.sql("select min(id) from sluice.part")
    bulk.begin(read_part(part), Target.of(calls.pipeline.flows[0].table))
    assert (bulk_of(calls), key_of(calls)) == ([], key)


def test_a_writer_makes_the_index_wait_and_the_message_says_so(
    calls: InProcess, loaded: Run, database_url: str
) -> None:
    calls.sql("set lock_timeout = '100ms'")
    writer = psycopg2.connect(database_url)
    with writer.cursor() as cursor:
        cursor.execute("delete from customer_call_logs where false")
        with pytest.raises(TransientError, match="customer_call_logs is being written or vacuumed: the index"):
            bulk.end(Target.of(calls.pipeline.flows[0].table))
    writer.rollback()  # a server notices a closed connection a moment later
    writer.close()
    calls.settle(loaded)
    assert (calls.sql(COUNT), calls.sql(BOOKS)) == ([(3, 3)], SETTLED)


def test_who_ends_the_bulk_load_may_declare_fewer_columns_than_the_run(calls: InProcess, loaded: Run) -> None:
    target = Target.of(calls.pipeline.flows[0].table)
    bulk.make_index(replace(target, columns=tuple(c for c in target.columns if c != "call_cost_usd")))
    calls.settle(loaded)
    assert (calls.sql(COUNT), calls.sql(BOOKS)) == ([(3, 3)], SETTLED)
