"""When a run loads without the index of the key, and when not."""

from __future__ import annotations

from pathlib import Path

import psycopg2
import pytest

from sluice.engine.ledger.runs import read_status
from tests.integration.batches.calls import files, register, row
from tests.integration.bulk.keys import bulk_of, key_of, load_parts
from tests.kit.in_process import InProcess
from tests.kit.roles import acting_as_loader

ROWS = row(1) + row(2) + row(3)


def loads_with_the_index(engine: InProcess, folder: Path) -> bool:
    key = key_of(engine)
    run = register(engine, *files(folder, ROWS))
    load_parts(engine, run)
    return bulk_of(engine) == [] and key_of(engine) == key


def test_the_first_large_load_of_an_empty_table_has_no_index_until_it_is_settled(
    calls: InProcess, tmp_path: Path
) -> None:
    run = register(calls, *files(tmp_path / "f", ROWS))
    load_parts(calls, run)
    assert key_of(calls) == ([], [])
    assert read_status(run.id).keyless == ["customer_call_logs"]
    calls.settle(run)
    assert bulk_of(calls) == []
    assert len(key_of(calls)[0]) == len(key_of(calls)[1]) == 1


@pytest.mark.parametrize(("setting", "expected"), [("0", True), ("4", True), ("3", False)])
def test_the_setting_is_the_fewest_rows_of_a_run_and_0_is_never(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, *, expected: bool
) -> None:
    monkeypatch.setenv("SLUICE_BULK_ROWS", setting)
    calls.forget()
    assert loads_with_the_index(calls, tmp_path / "f") == expected


def test_files_that_are_not_planned_are_expected_to_be_as_long_as_the_others(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_BULK_ROWS", "9")
    calls.forget()
    run = register(calls, *files(tmp_path / "f", ROWS, row(4), row(5)))
    calls.plan_step(calls.steps(run, "plan")[0])
    calls.load(calls.steps(run, "extract")[0])
    assert bulk_of(calls) == [("customer_call_logs", run.id, False)]


def test_a_table_with_rows_keeps_its_index(calls: InProcess, tmp_path: Path) -> None:
    first = register(calls, *files(tmp_path / "a", row(9)))
    load_parts(calls, first)
    calls.settle(first)
    assert loads_with_the_index(calls, tmp_path / "b")


def test_a_table_that_another_open_run_loads_keeps_its_index(calls: InProcess, tmp_path: Path) -> None:
    register(calls, *files(tmp_path / "a", row(9)))
    assert loads_with_the_index(calls, tmp_path / "b")


@pytest.mark.parametrize(
    "statement",
    [
        "create view totals as select *, count(*) over () from customer_call_logs group by {key}",
        "create table bills (like customer_call_logs, foreign key ({key}) references customer_call_logs)",
        "create unique index other on customer_call_logs (_input_id, _line)",
        "alter table customer_call_logs replica identity using index customer_call_logs_pkey",
        "cluster customer_call_logs using customer_call_logs_pkey",
        "comment on constraint customer_call_logs_pkey on customer_call_logs is 'the identity of a call'",
    ],
    ids=["a_view", "a_foreign_key", "another_unique_index", "replication", "cluster", "a_comment"],
)
def test_an_index_that_more_depends_on_stays(calls: InProcess, tmp_path: Path, statement: str) -> None:
    columns = "select array_to_string(array_agg(quote_ident(column_name) order by ordinal_position), ', ')"
    used = f"{columns} from information_schema.key_column_usage where table_name = 'customer_call_logs'"
    ((key,),) = calls.sql(used)
    calls.sql(statement.format(key=key))
    assert loads_with_the_index(calls, tmp_path / "f")


def test_a_table_that_is_being_read_keeps_its_index(calls: InProcess, tmp_path: Path, database_url: str) -> None:
    reader = psycopg2.connect(database_url)
    with reader.cursor() as cursor:
        cursor.execute("select count(*) from customer_call_logs")
        assert loads_with_the_index(calls, tmp_path / "f")
    reader.close()


def test_a_role_that_does_not_own_the_table_keeps_its_index(
    calls: InProcess, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rights = [
        "grant usage on schema public, sluice to {role}",
        "grant select, insert, update, delete on all tables in schema public, sluice to {role}",
    ]
    with acting_as_loader(database_url, monkeypatch, rights):
        assert loads_with_the_index(calls, tmp_path / "f")


def test_a_reload_keeps_the_index(calls: InProcess, tmp_path: Path) -> None:
    run = register(calls, *files(tmp_path / "f", ROWS), reload=True)
    load_parts(calls, run)
    assert bulk_of(calls) == []
