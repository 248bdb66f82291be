"""What `sluice chaos` reads of a database and compares: a planted row that is lost, doubled or changed is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.chaos.contents import Contents, read_contents
from sluice.chaos.differences import Difference, compare
from sluice.chaos.pipelines import chaos
from sluice.engine.tables.migrate import migrate
from tests.kit.in_process import InProcess

CALLS = """
insert into customer_call_logs
    (customer_id, call_cost_usd, call_destination, call_date, call_duration_s, _input_id, _line)
select 1000 + n, n / 4.0, e'Nai\\nro\\tbi', timestamptz '2022-01-01 09:00+00' + n * interval '1 minute', 60 * n, 1, n
from generate_series(1, 3) n
"""
ACCOUNTS = "insert into accounts select 1000 + n, 'basic', 25, 2, n from generate_series(1, 3) n"
RUN = """
insert into sluice.run (id, pipeline, contract, inputs_total, inputs_left, read, loaded, rejected, state)
overriding system value values (7, 'chaos', 'c', 1, 0, 4, 3, 1, 'done')
"""
INPUT = """
insert into sluice.input (id, run_id, position, pipeline, source, uri, contract, state, read, loaded, rejected)
overriding system value
values (9, 7, 1, 'chaos', 'calls', '/somewhere/call_logs_001.csv', 'c', 'done', 4, 3, 1)
"""


@pytest.fixture
def loaded(engine: InProcess) -> InProcess:
    """A database with three calls and three accounts."""
    migrate([chaos.pipeline])
    for statement in (CALLS, ACCOUNTS, RUN, INPUT):
        engine.sql(statement)
    return engine


@pytest.fixture
def before(loaded: InProcess) -> Contents:
    """What was read before anything was planted."""
    return read_contents(chaos.pipeline)


def test_rows_are_read_by_key_without_lineage(before: Contents) -> None:
    calls, accounts, bill = before.tables
    assert (calls.name, calls.key, calls.source) == ("customer_call_logs", 3, "calls")
    assert calls.head == ["call_date", "customer_id", "call_destination", "call_cost_usd", "call_duration_s",
                          "call_duration_min"]  # fmt: skip
    assert min(calls.rows) == (
        "2022-01-01 09:01:00+00",
        "1001",
        "Nai\\nro\\tbi",
        "0.2500",
        "60",
        "1.00000000000000000000",
    )
    assert sorted(accounts.rows) == [(str(n), "basic", "25.00") for n in (1001, 1002, 1003)]
    assert (bill.name, bill.rows) == ("call_bill", [])
    assert before.books.rows == [
        ("calls", "call_logs_001.csv", "done", "done", "4", "3", "0", "0", "0", "1", "0"),
    ]


def test_lineage_and_the_place_of_rows_are_not_compared(loaded: InProcess, before: Contents) -> None:
    loaded.sql("update accounts set _line = _line + 10, _input_id = 5 where customer_id < 1003")
    after = read_contents(chaos.pipeline)
    assert compare(before, after) == []
    assert after.checksum() == before.checksum()


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        (
            "delete from accounts where customer_id = 1002",
            Difference("accounts", 1, 0, 0, 0, "customer_id 1002: missing"),
        ),
        (
            "alter table accounts drop constraint accounts_pkey; insert into accounts select * from accounts limit 1",
            Difference("accounts", 0, 1, 0, 0, "customer_id 1001: there 2 times"),
        ),
        (
            "update accounts set credit_usd = 25.01 where customer_id = 1003",
            Difference("accounts", 0, 0, 0, 1, "customer_id 1003: credit_usd is 25.01, not 25.00"),
        ),
        (
            "update accounts set credit_usd = null where customer_id = 1003",
            Difference("accounts", 0, 0, 0, 1, "customer_id 1003: credit_usd is \\N, not 25.00"),
        ),
        (
            "update sluice.run set state = 'failed' where id = 7",
            Difference("books", 0, 0, 0, 1, "source calls, file call_logs_001.csv: run is failed, not done"),
        ),
        (
            "update sluice.input set loaded = 2, duplicate = 1 where id = 9",
            Difference(
                "books", 0, 0, 0, 1, "source calls, file call_logs_001.csv: loaded is 2, not 3; duplicate is 1, not 0"
            ),
        ),
    ],
    ids=["deleted", "doubled", "changed", "emptied", "failed", "counted"],
)  # fmt: skip
def test_a_planted_difference_is_found(loaded: InProcess, before: Contents, planted: str, found: Difference) -> None:
    loaded.sql(planted)
    after = read_contents(chaos.pipeline)
    assert compare(before, after) == [found]
    assert (after.checksum() == before.checksum()) is (found.name == "books")


def test_contents_are_written_as_files(before: Contents, tmp_path: Path) -> None:
    before.write(tmp_path / "tables")
    assert (tmp_path / "tables" / "accounts.tsv").read_text().splitlines() == [
        "customer_id\tplan\tcredit_usd",
        "1001\tbasic\t25.00",
        "1002\tbasic\t25.00",
        "1003\tbasic\t25.00",
    ]
