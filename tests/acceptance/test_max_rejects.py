"""--max-rejects as a user meets it: all of a file or nothing of it, its rejects, and the exit code."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.checks import assert_all_is_well, assert_books_add_up, assert_nothing_is_left
from tests.faults.sample import Sample
from tests.kit.independent import compare_with_table, count_call_logs
from tests.kit.stack import Stack

HEADER = "customer_id,call_cost,call_destination,call_date,call_duration\n"
BAD = (7, 250, 399)
ROWS = ["state", "error_code", "planned", "read", "loaded", "rejected"]
TABLE = "select call_date, customer_id, call_destination, call_cost_usd, _line from customer_call_logs order by 1, 2, 3"


def _write(path: Path, customer: int, bad: Iterable[int] = ()) -> Path:
    """400 calls of a customer, one a minute, about 20 KiB; those in `bad` have no price."""
    rows = [
        f"{customer},{'free' if n in bad else '$1.50'},Nairobi,2024-03-{1 + n // 60:02} 10:{n % 60:02}:00,00:01:00\n"
        for n in range(400)
    ]
    path.write_text(HEADER + "".join(rows))
    return path


@pytest.fixture
def stack(stack: Stack) -> Iterator[Stack]:
    """Parts of 8 KiB, three to a file, and a window that their ready frames do not fit in; two worker processes."""
    stack.env |= {"SLUICE_PART_BYTES": "8192", "SLUICE_WINDOW": "2"}
    worker = stack.worker(2)
    yield stack
    worker.kill_group()


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """One file without a reject, and one with three in 400 rows."""
    return _write(tmp_path / "clean.csv", 1), _write(tmp_path / "dirty.csv", 2, bad=BAD)


def _run(stack: Stack, *words: Path | str) -> dict[str, Any]:
    return stack.sluice("run", "call_logs", *map(str, words), ok=False)


def _facts(status: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [tuple(each[name] for name in ROWS) for each in status["inputs"]]


def test_over_the_limit_nothing_of_the_file_is_loaded_and_the_other_files_are(
    stack: Stack, files: tuple[Path, Path]
) -> None:
    status = _run(stack, *files, "--max-rejects", "0.5%")

    assert (status["exit_code"], status["state"]) == (4, "done")
    assert _facts(status) == [("done", None, 400, 400, 400, 0), ("failed", "over_limit", 400, 0, 0, 0)]
    assert status["inputs"][1]["parts_total"] == 4
    assert status["inputs"][1]["error"] == (
        "3 of 400 rows are rejects and --max-rejects 0.5% allows 2: nothing of it was loaded."
    )
    connection = stack.connect()
    assert compare_with_table(count_call_logs(files[:1]), connection) == []
    connection.close()
    assert_books_add_up(stack, status["run"])
    assert_nothing_is_left(stack)


def test_the_rejects_of_a_file_over_the_limit_are_listed_and_exported(stack: Stack, files: tuple[Path, Path]) -> None:
    run = str(_run(stack, *files, "--max-rejects", "2")["run"])
    wanted = [("dirty.csv", 2 + n, "not_money") for n in BAD]

    listed = stack.sluice("rejects", "list", run)["rejects"]
    assert [(Path(each["file"]).name, each["line"], each["code"]) for each in listed] == wanted

    assert stack.sluice("rejects", "export", "--report", run, "refused.csv")["exported"] == 3
    with (stack.home / "refused.csv").open(encoding="utf-8-sig", newline="") as file:
        exported = list(csv.DictReader(file))
    assert [(Path(each["file"]).name, int(each["line"]), each["code"]) for each in exported] == wanted


def test_a_file_that_was_over_the_limit_is_loaded_with_a_wider_one(stack: Stack, files: tuple[Path, Path]) -> None:
    alone = _run(stack, files[1], "--max-rejects", "2")
    assert (alone["exit_code"], alone["state"]) == (4, "failed")
    assert stack.sql("select count(*) from customer_call_logs") == [(0,)]

    wider = _run(stack, files[1], "--max-rejects", "3")

    assert (wider["exit_code"], wider["state"]) == (0, "done")
    assert_all_is_well(stack, wider["run"], Sample(files[1:]))


def test_within_the_limit_the_table_is_the_same_as_without_one(stack: Stack, files: tuple[Path, Path]) -> None:
    limited = _run(stack, *files, "--max-rejects", "1%")

    assert (limited["exit_code"], limited["state"]) == (0, "done")
    assert_all_is_well(stack, limited["run"], Sample(files))
    within = stack.sql(TABLE)
    stack.empty("customer_call_logs", "sluice.run", "sluice.reject")

    free = _run(stack, *files)

    assert (free["exit_code"], stack.sql(TABLE)) == (0, within)
    assert _facts(free) == _facts(limited)


def test_strict_tells_rejects_within_the_limit_by_the_exit_code(stack: Stack, files: tuple[Path, Path]) -> None:
    status = _run(stack, *files, "--max-rejects", "3", "--strict")
    assert (status["exit_code"], status["state"], status["rejected"]) == (3, "done", 3)
    assert_all_is_well(stack, status["run"], Sample(files))


def test_conflicts_that_only_settling_finds_are_told_by_the_exit_code(stack: Stack, tmp_path: Path) -> None:
    first = _write(tmp_path / "first.csv", 1)
    lines = first.read_text().splitlines(keepends=True)
    second = tmp_path / "second.csv"
    second.write_text("".join([HEADER, *(line.replace("$1.50", "$9.99") for line in lines[1:4]), *lines[4:10]]))

    status = _run(stack, first, second, "--max-rejects", "2")

    assert (status["exit_code"], status["state"]) == (4, "done")
    assert _facts(status) == [("done", None, 400, 400, 400, 0), ("done", None, 9, 9, 0, 3)]
    assert_all_is_well(stack, status["run"], Sample((first, second)))
