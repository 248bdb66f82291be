"""Corrected rejects are loaded once, whatever is killed: the result is that of a file that was right at once."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.kit.refused import declare, orders
from tests.kit.stack import Stack, until

ROWS, BAD, FIXED = 6_000, 1_000, 100
POINTS = [
    "load.before_commit", "plan.scanned", "plan.committed", "load.mid_copy", "load.after_commit",
    "settle.before_commit", "build.before_commit",
]  # fmt: skip
TABLE = "select md5(string_agg((id, name, amount)::text, ';' order by id)), count(*) from {}"


def _rows(fixed: int) -> list[tuple[object, str, str]]:
    """Rows of which the first 1,000 of every sixth are bad, without as many as are fixed."""
    bad = {number * 6 for number in range(fixed, BAD)}
    return [(number, f"n{number % 90}", "free" if number in bad else f"{number}.25") for number in range(ROWS)]


class Corrected:
    """A file with 1,000 rejects, and 100 of them corrected by hand."""

    def __init__(self, stack: Stack, folder: Path, conflict: str, workers: int) -> None:
        for name in ("orders", "never"):
            declare(folder / "pipelines", name=name, conflict=conflict)
        stack.env |= {"SLUICE_PIPELINES": str(folder / "pipelines"), "SLUICE_PART_BYTES": "16384"}
        self.stack, self.folder, self.workers = stack, folder, workers
        self.edited = folder / "edited.csv"
        worker = stack.worker(workers)
        self.run = self._load("orders", orders(folder / "a.csv", _rows(0)))
        self._load("never", orders(folder / "b.csv", _rows(FIXED)))
        worker.kill_group()

    def _load(self, pipeline: str, path: Path) -> int:
        run = self.stack.enqueue(path, pipeline=pipeline)
        assert self.stack.wait(run)["state"] == "done"
        return run

    def edit(self) -> None:
        """Export the rejects, and keep 100 of them, with a price."""
        self.stack.sluice("rejects", "export", str(self.run), str(self.folder / "all.csv"))
        with (self.folder / "all.csv").open(newline="") as file:
            rows = [*csv.DictReader(file)]
        assert len(rows) == BAD
        with self.edited.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(each | {"amount": f"{each['id']}.25"} for each in rows[:FIXED])

    def replay(self) -> dict[str, Any]:
        return self.stack.sluice("rejects", "replay", str(self.run), str(self.edited))

    def assert_as_if_never_refused(self) -> None:
        """Table, derived values and books are those of the file that was right at once."""
        ask = self.stack.sql
        assert ask(TABLE.format("orders")) == ask(TABLE.format("never"))
        assert ask("select one, total from orders_sum") == ask("select one, total from never_sum")
        loaded, rejected = ask("select sum(loaded), sum(rejected) from sluice.run where pipeline = 'orders'")[0]
        assert (loaded, rejected) == ask(
            "select loaded, rejected + %s from sluice.run where pipeline = 'never'", FIXED
        )[0]
        assert ask("select state, count(*), count(distinct line) from sluice.replayed group by 1") == [
            ("fixed", FIXED, FIXED)
        ]

    def assert_nothing_is_left(self) -> None:
        """The same command has nothing to do."""
        again = self.replay()
        assert again["run"] is None
        assert [each["rows"] for each in again["left_out"]] == [FIXED]


@pytest.mark.parametrize("conflict", ["keep", "update"])
@pytest.mark.parametrize("workers", [1, 4])
def test_corrected_rows_are_as_if_they_had_never_been_refused(
    stack: Stack, tmp_path: Path, workers: int, conflict: str
) -> None:
    corrected = Corrected(stack, tmp_path, conflict, workers)
    corrected.edit()
    stack.worker(workers)
    first = corrected.replay()
    second = corrected.replay()  # while the first one runs, or after it
    assert second["run"] is None
    assert stack.wait(first["run"])["state"] == "done"
    corrected.assert_as_if_never_refused()
    corrected.assert_nothing_is_left()


@pytest.mark.parametrize("point", POINTS)
def test_a_process_killed_in_a_replay_loads_no_row_twice(stack: Stack, tmp_path: Path, point: str) -> None:
    corrected = Corrected(stack, tmp_path, "keep", 2)
    corrected.edit()
    count = tmp_path / "failpoints"
    stack.worker(2, SLUICE_FAILPOINT=f"{point}:1:kill", SLUICE_TEST_FAILPOINT_COUNT=str(count))
    run = corrected.replay()["run"]
    until(lambda: count.exists() and point in count.read_text(), 120, "the failpoint")
    assert corrected.replay()["run"] is None
    assert stack.wait(run)["state"] == "done"
    corrected.assert_as_if_never_refused()
    corrected.assert_nothing_is_left()


@pytest.mark.slow
@pytest.mark.parametrize("point", ["replay.before_commit"])
def test_a_command_killed_before_it_commits_has_taken_nothing(stack: Stack, tmp_path: Path, point: str) -> None:
    corrected = Corrected(stack, tmp_path, "keep", 2)
    corrected.edit()
    with pytest.raises((AssertionError, ValueError)):
        stack.sluice("rejects", "replay", str(corrected.run), str(corrected.edited), SLUICE_FAILPOINT=f"{point}:1:kill")
    assert stack.sql("select count(*) from sluice.replayed") == [(0,)]
    stack.worker(2)
    assert stack.wait(corrected.replay()["run"])["state"] == "done"
    corrected.assert_as_if_never_refused()
