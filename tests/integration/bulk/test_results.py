"""A bulk load comes to the same as one with the index: rows, rejects, books, index and constraint."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.engine.load.bulk import repeats
from sluice.samples.call_logs import make_call_logs
from tests.integration.batches import calls as batch
from tests.integration.batches.calls import files, register, result, row
from tests.integration.bulk.keys import bulk_of, key_of, load_parts
from tests.kit.in_process import InProcess

EMPTY = "truncate customer_call_logs, sluice.run, sluice.reject, sluice.contender restart identity cascade"


@pytest.mark.parametrize("in_batches", [False, True])
def test_a_bulk_load_comes_to_the_same_as_one_with_the_index(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, in_batches: bool
) -> None:
    monkeypatch.setenv("SLUICE_PART_BYTES", str(1 << 20 if in_batches else 4096))
    make_call_logs(tmp_path / "sample", rows=1500, files=8, dirty=0.3)
    paths = sorted((tmp_path / "sample").glob("*.csv"))
    key = key_of(calls)
    found = []
    for rows in ("0", "1"):
        monkeypatch.setenv("SLUICE_BULK_ROWS", rows)
        calls.forget()
        run = register(calls, *paths)
        if in_batches:
            batch.take(calls, run, "plan")
            batch.load(calls, run)
        else:
            load_parts(calls, run)
        assert bulk_of(calls) == ([] if rows == "0" else [("customer_call_logs", run.id, False)])
        calls.settle(run)
        assert key_of(calls) == key
        assert bulk_of(calls) == []
        found.append(result(calls, run))
        calls.sql(EMPTY)
    assert found[0] == found[1]
    assert len(found[1][1]) > 50


def test_of_the_rows_of_one_key_the_first_stays_and_the_others_are_duplicates_or_rejects(
    calls: InProcess, tmp_path: Path
) -> None:
    run = register(calls, *files(tmp_path / "f", row(1) + row(2) + row(2), row(2), row(1, "9.00") + row(3)))
    calls.plan(run)
    for step in reversed(calls.steps(run, "extract")):
        calls.load(step)
    assert calls.sql("select count(*)::int from customer_call_logs") == [(6,)]
    calls.settle(run)
    rows, rejects, books = result(calls, run)
    assert [(position, line, key) for position, line, key, *_ in rows] == [(1, 2, 1), (1, 3, 2), (3, 3, 3)]
    assert [(reject[0], reject[1], reject[3], reject[5], reject[6]) for reject in rejects] == [
        (3, 2, "key_conflict", 2, 1)
    ]
    assert [(book[5], book[6], book[7], book[8]) for book in books] == [(2, 1, 0, 0), (0, 1, 0, 0), (1, 0, 1, 0)]


@pytest.mark.parametrize("rows_of_a_pass", [4, 1], ids=["in_8_passes", "by_postgresql"])
def test_keys_of_a_large_table_are_compared_in_a_few_passes_or_by_postgresql(
    calls: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_of_a_pass: int
) -> None:
    monkeypatch.setattr(repeats, "ROWS_OF_A_PASS", rows_of_a_pass)
    first, second = "".join(map(row, range(12))), "".join(map(row, range(8, 20)))
    run = register(calls, *files(tmp_path / "f", first, second))
    load_parts(calls, run)
    calls.settle(run)
    assert calls.sql("select count(*)::int, count(distinct customer_id)::int from customer_call_logs") == [(20, 20)]
    assert calls.sql("select loaded, duplicate from sluice.input order by id") == [(12, 0), (8, 4)]


def test_a_second_run_ends_the_bulk_load_of_the_first_and_both_are_right(calls: InProcess, tmp_path: Path) -> None:
    key = key_of(calls)
    first = register(calls, *files(tmp_path / "a", row(1) + row(2), row(2, "5.00") + row(4)))
    second = register(calls, *files(tmp_path / "b", row(2) + row(3) + row(4, "7.00")))
    calls.plan(first)
    early, late = calls.steps(first, "extract")
    calls.sql("update sluice.run set state = 'failed' where id = %s", second.id)  # as if it came only now
    calls.load(early)
    assert bulk_of(calls) == [("customer_call_logs", first.id, False)]
    calls.sql("update sluice.run set state = 'running' where id = %s", second.id)
    load_parts(calls, second)
    assert bulk_of(calls) == [("customer_call_logs", first.id, True)]
    calls.load(late)
    calls.settle(first)
    calls.settle(second)
    assert (key_of(calls), bulk_of(calls)) == (key, [])
    rows = calls.sql("select customer_id, _input_id, _line, call_cost_usd::text from customer_call_logs order by 1")
    assert rows == [
        (1, 1, 2, "1.0000"), (2, 1, 3, "1.0000"), (3, 3, 3, "1.0000"), (4, 2, 3, "1.0000"),
    ]  # fmt: skip
    assert calls.sql("select loaded, duplicate, rejected, contested from sluice.input order by id") == [
        (2, 0, 0, 0), (1, 0, 1, 0), (1, 1, 1, 0),
    ]  # fmt: skip
