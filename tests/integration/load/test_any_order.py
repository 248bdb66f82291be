"""Whatever the keys, files, parts, runs and reloads, and whatever commits first: the table and the books are those of
a dictionary to which the runs came one after another.

Each history comes from a seed, which a failure names; SLUICE_TEST_SEED=seed repeats it. The seeds are always the same
ones, but in a long run.
"""

from __future__ import annotations

import os
import time
from datetime import date
from pathlib import Path
from random import Random, SystemRandom

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.load import recent
from sluice.engine.load.bulk import forget_considered
from sluice.engine.load.recent import RecentKeys
from tests.kit.budget import LONG
from tests.kit.dictionary import BOOKS, Kept, Row, Updated
from tests.kit.in_process import InProcess
from tests.kit.open_runs import OpenRuns

COLUMNS = ("id", "value", "pad")
DAY = date(2024, 1, 1)
LASTS_S = float(os.environ.get("SLUICE_TEST_HISTORIES_S", "60" if LONG else "0"))
FEWEST = 6


def _pipeline(on_conflict: str) -> Pipeline:
    columns = [Column("id", Integer(), required=True), Column("value", Text()), Column("pad", Text())]
    return Pipeline("things", Files("*.csv"), Table("things", ("id",), columns, on_conflict=on_conflict))  # type: ignore[arg-type]


class History:
    """Files of one folder and the runs that bring them, up to four of them open at once."""

    def __init__(self, engine: InProcess, folder: Path, seed: int, table: type[Updated | Kept]) -> None:
        self.engine, self.folder, self.random = engine, folder, Random(seed)
        self.table = table
        self.runs = OpenRuns(engine, self.random)
        self.files: dict[Path, list[Row]] = {}
        self.listed: list[tuple[int, list[Path], bool]] = []
        folder.mkdir()
        engine.sql("truncate things, sluice.run, sluice.contender, sluice.reject restart identity cascade")

    def new_file(self) -> Path:
        path = self.folder / f"{len(self.files):03}.csv"
        keys = self.random.choice((3, 20, 60))
        rows: list[Row] = [
            {"id": str(self.random.randrange(keys)), "value": self.random.choice("abc"), "pad": "x" * 30}
            for _ in range(self.random.choice((1, 5, 40, 80)))
        ]
        if self.table is Updated and self.random.random() < 0.3:  # an update leaves alone what a file does not have
            rows = [{"id": row["id"], "pad": f"{row['value']}{row['pad']}"} for row in rows]
        lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
        path.write_text("".join(f"{line}\n" for line in lines))
        self.files[path] = rows
        return path

    def start(self) -> None:
        chosen: list[Path] = []
        for _ in range(self.random.choice((1, 1, 2, 3))):
            again = bool(self.files) and self.random.random() < 0.35
            chosen.append(self.random.choice(sorted(self.files)) if again else self.new_file())
        chosen = list(dict.fromkeys(chosen))
        # a reload leaves rows alone that have values of other files: test_absent_columns_again.py
        whole = all("value" in row for path in chosen for row in self.files[path])
        reload = whole and self.random.random() < 0.2
        run = self.runs.add(chosen, DAY, reload=reload)
        self.listed.append((run.id, chosen, reload))

    def play(self) -> None:
        for _ in range(self.random.randrange(2, 6)):
            for _ in range(self.random.randrange(1, 4)):
                self.start()
            for _ in range(self.random.randrange(0, 30)):
                if self.runs.step() is None:
                    break
        while self.runs.step() is not None:
            pass

    def _in_order(self) -> list[tuple[int, list[Path], bool]]:
        """An update counts runs by their number; with `keep` the rows of a run that is settled are final."""
        if self.table is Updated:
            return self.listed
        settled = [int(each.split()[-1]) for each in self.runs.taken if each.startswith("settle")]
        return sorted(self.listed, key=lambda run: settled.index(run[0]))

    def check(self) -> None:
        told, whole = self.table(("id",), COLUMNS), self.table(("id",), COLUMNS)
        for run, paths, reload in self._in_order():
            (state, *books) = self.engine.sql(f"select state, {', '.join(BOOKS)} from sluice.run where id = %s", run)[0]
            inputs = self.engine.sql("select uri, state, error_code, read from sluice.input where run_id = %s", run)
            states = {uri: state for uri, state, _, _ in inputs}
            applied = [path for path in paths if {read for uri, _, _, read in inputs if uri == str(path)} != {0}]
            lost = {code for _, _, code, _ in inputs} - {None}
            assert lost <= ({"nothing_loaded"} if self.table is Kept else set()), inputs
            assert (state == "failed") == (set(states.values()) == {"failed"})
            expected = told.run([(path.name, self.files[path]) for path in applied], reload=reload)
            assert dict(zip(BOOKS, books, strict=True)) == expected, f"run {run}: {states}"
            whole.run([(path.name, self.files[path]) for path in paths], reload=reload and applied == paths)
        there = {(str(i),): {"id": str(i), "value": v, "pad": p} for i, v, p in self.engine.sql("table things_seen")}
        assert there == told.rows
        if self.table is Updated:  # what was left out would have changed nothing
            assert there == whole.rows
        assert self.engine.sql("select * from sluice.contender") == []
        wrong = "select id from sluice.part where read <> loaded + updated + unchanged + duplicate + rejected"
        assert self.engine.sql(wrong) == []


@pytest.mark.parametrize(("table", "bulk_rows"), [(Updated, "0"), (Kept, "0"), (Kept, "1")])
def test_table_and_books_are_those_of_a_dictionary(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: type[Updated | Kept], bulk_rows: str
) -> None:
    _assert_those_of_a_dictionary(engine, tmp_path, monkeypatch, table, bulk_rows, FEWEST)


@pytest.mark.variants
@pytest.mark.parametrize("bulk_rows", ["0", "1"])
def test_rows_that_are_set_aside_for_whatever_others_said_change_nothing(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bulk_rows: str
) -> None:
    # always, and as many as it may be; also for what loads of an earlier history have said of parts with these numbers
    monkeypatch.setattr(RecentKeys, "_any_said", lambda _: True)
    monkeypatch.setattr(recent, "MOST_ASIDE", 1)
    _assert_those_of_a_dictionary(engine, tmp_path, monkeypatch, Kept, bulk_rows, FEWEST // 2)


def _assert_those_of_a_dictionary(
    engine: InProcess,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    table: type[Updated | Kept],
    bulk_rows: str,
    fewest: int,
) -> None:
    monkeypatch.setenv("SLUICE_PART_BYTES", "1024")
    monkeypatch.setenv("SLUICE_BULK_ROWS", bulk_rows)
    engine.forget()
    engine.use(_pipeline("update" if table is Updated else "keep"))
    engine.sql("create view things_seen as select id, value, pad from things")
    until, number = time.monotonic() + LASTS_S, 0
    while number < fewest or time.monotonic() < until:
        seed = int(os.environ.get("SLUICE_TEST_SEED") or (SystemRandom().randrange(10**9) if LASTS_S else number))
        history = History(engine, tmp_path / str(number), seed, table)
        number += 1
        forget_considered()
        try:
            history.play()
            history.check()
        except Exception as error:
            raise AssertionError(f"SLUICE_TEST_SEED={seed}: {error}\n{history.listed}\n{history.runs.taken}") from error
