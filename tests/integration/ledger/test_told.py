"""What the ledger tells people of a run: who won a key, how often a code occurs, and whether anybody is at work."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.ledger import steps
from sluice.engine.ledger.runs import Run, count_rejects
from tests.kit.in_process import InProcess

COLUMNS = [Column("id", Integer(), required=True), Column("value", Text())]


@pytest.fixture
def letters(engine: InProcess, tmp_path: Path) -> Run:
    engine.use(Pipeline("letters", Files("*.csv"), Table("letters", key=("id",), columns=COLUMNS)))
    paths = [tmp_path / "0.csv", tmp_path / "1.csv"]
    paths[0].write_text("id,value\n7,a\n7,b\nx,c\n")
    paths[1].write_text("id,value\n7,d\n")
    return engine.register(*paths)


def test_a_conflict_names_the_other_file_unless_it_is_the_same(engine: InProcess, letters: Run, tmp_path: Path) -> None:
    engine.finish(letters)
    assert engine.sql("select line, reason from sluice.reject where code = 'key_conflict' order by input_id") == [
        (3, "The same key (id) has other values in line 2 of the same file, which comes first."),
        (2, f"The same key (id) has other values in line 2 of {tmp_path}/0.csv, which comes first."),
    ]


def test_codes_are_counted_in_the_run_or_in_one_input(engine: InProcess, letters: Run) -> None:
    first, second = (each["input"] for each in engine.finish(letters)["inputs"])
    assert count_rejects(letters.id) == [{"code": "key_conflict", "rows": 2}, {"code": "not_integer", "rows": 1}]
    assert count_rejects(letters.id, input_id=first) == [
        {"code": "key_conflict", "rows": 1},
        {"code": "not_integer", "rows": 1},
    ]
    assert count_rejects(letters.id, input_id=second) == [{"code": "key_conflict", "rows": 1}]


def test_a_run_is_unattended_while_no_worker_holds_or_awaits_a_step(engine: InProcess, letters: Run) -> None:
    def unattended() -> bool:
        return bool(letters.status().unattended)

    later, long_ago = "clock_timestamp() + interval '9 s'", "clock_timestamp() - interval '9 s'"
    assert unattended()
    for column in ("published_until", "due_at"):
        engine.sql(f"update sluice.step set {column} = {later}")
        assert not unattended(), column
        engine.sql(f"update sluice.step set {column} = {long_ago}")
        assert unattended(), column
    steps.claim("plan", {"step": engine.steps(letters, "plan")[0]})
    assert not unattended()
    engine.sql(f"update sluice.step set lease_until = {long_ago} where state = 'working'")
    assert unattended()


def test_a_run_that_waits_its_turn_is_not_unattended_and_nor_is_one_that_ended(
    engine: InProcess, letters: Run, tmp_path: Path
) -> None:
    other = tmp_path / "2.csv"
    other.write_text("id,value\n1,a\n")
    second = engine.register(other)
    step = engine.steps(second, "plan")[0]
    steps.claim("plan", {"step": step})
    assert not letters.status().unattended
    engine.sql("update sluice.step set state = 'due', lease_until = null where id = %s", step)
    assert letters.status().unattended
    engine.finish(letters)
    assert not letters.status().unattended
