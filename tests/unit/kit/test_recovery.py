"""The table of `make faults`: one row for each fault, over all its repetitions."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.faults.recovery import lines, no_fault, rows


def report(test: str, outcome: str = "passed", when: str = "call", **seconds: float) -> Any:
    return SimpleNamespace(
        nodeid=f"tests/faults/{test}", outcome=outcome, when=when, user_properties=list(seconds.items())
    )


def test_repetitions_are_one_row_with_minimum_median_and_maximum() -> None:
    reports = [
        report("test_redis.py::test_killed", when="setup"),
        report("test_redis.py::test_killed[repetition 1]", next_part_s=0.5, end_s=4.0),
        report("test_redis.py::test_killed[repetition 2]", next_part_s=1.5, end_s=2.0),
        report("test_redis.py::test_killed[repetition 3]", "failed"),
        report("test_locks.py::test_a_deadlock[a-b-repetition 1]", next_part_s=3.1, end_s=6.1),
        report("test_locks.py::test_a_disk", "skipped", "setup"),
    ]
    assert rows(reports) == [
        ("locks: a deadlock [a-b]", "passed", "3.1", "6.1"),
        ("locks: a disk", "skipped", "", ""),
        ("redis: killed", "2 of 3 passed, 1 of 3 failed", "0.5 / 1.0 / 1.5", "2.0 / 3.0 / 4.0"),
    ]


def test_the_columns_of_the_table_are_as_wide_as_their_longest_cell() -> None:
    reports = [report("test_redis.py::test_killed", next_part_s=0.5, end_s=4.0), report("test_redis.py::test_away")]
    assert lines(reports) == [
        "fault          outcome  next part, s  end of run, s",
        "redis: away    passed",
        "redis: killed  passed   0.5           4.0",
    ]


def test_a_word_that_no_fault_has_is_named_with_words_that_some_have(tmp_path: Path) -> None:
    for name in ("test_redis.py", "test_locks.py", "sample.py"):
        (tmp_path / name).touch()
    assert no_fault("typo", tmp_path) == [
        "no fault matches ONLY='typo'. It may be a word of a test's name, or of a file's: locks, redis"
    ]
