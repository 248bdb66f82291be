"""Whatever the keys, files, parts, runs and reloads, and whatever commits first: the versions, the marks
and the books are those of lists in Python to which the runs came one after another.

Each history comes from a seed, which a failure names; SLUICE_TEST_SEED=seed repeats it.
"""

from __future__ import annotations

import os
import time
from datetime import date
from pathlib import Path
from random import Random, SystemRandom

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from tests.kit.budget import LONG
from tests.kit.dictionary import BOOKS, Row, Updated
from tests.kit.in_process import InProcess
from tests.kit.open_runs import OpenRuns
from tests.kit.versions import Marks, Versions

COLUMNS = ("id", "value", "pad")
DAY = date(2024, 1, 1)
LASTS_S = float(os.environ.get("SLUICE_TEST_HISTORIES_S", "60" if LONG else "0"))
BLOCK = 25  # histories of each kind in a test: six tests have 150
DECLARED = [Column("id", Integer(), required=True), Column("value", Text()), Column("pad", Text())]
THINGS = Table("things", ("id",), DECLARED, on_conflict="history", valid_from="since", valid_to="until")
VERSIONS = """
    select v.id, v.value, v.pad, f.id, t.id from things_versions v
    left join sluice.run f on f.moment = v.since left join sluice.run t on t.moment = v.until
"""
MARKS = Table("things", ("id",), DECLARED, on_conflict="update", removed_at="gone_at")
MARKED = "select t.id, t.value, t.pad, r.id from things t left join sluice.run r on r.moment = t.gone_at"
KINDS = {"increments": THINGS, "snapshots": THINGS, "marks": MARKS}


class History:
    """Files and the runs that bring them, up to three of them open at once."""

    def __init__(self, engine: InProcess, folder: Path, seed: int, *, snapshot: bool, marks: bool = False) -> None:
        self.marks = marks
        self.engine, self.folder, self.random, self.snapshot = engine, folder, Random(seed), snapshot
        self.runs = OpenRuns(engine, self.random)
        self.files: dict[Path, list[Row]] = {}
        self.listed: list[tuple[int, list[Path], bool]] = []
        folder.mkdir()
        closed = "" if marks else "things_history, "
        engine.sql(f"truncate things, {closed}sluice.run, sluice.replaced restart identity cascade")

    def new_file(self) -> Path:
        path, keys = self.folder / f"{len(self.files):03}.csv", self.random.choice((3, 12))
        rows: list[Row] = [
            {"id": str(self.random.randrange(keys)), "value": self.random.choice("ab"), "pad": "x" * 30}
            for _ in range(self.random.choice((1, 4, 40)))
        ]
        if not self.snapshot and self.random.random() < 0.2:  # an update leaves alone what a file does not have
            rows = [{"id": row["id"], "pad": f"{row['value']}{row['pad']}"} for row in rows]
        lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
        path.write_text("".join(f"{line}\n" for line in lines))
        self.files[path] = rows
        return path

    def start(self) -> None:
        chosen: list[Path] = []
        for _ in range(self.random.choice((1, 1, 2))):
            again = bool(self.files) and self.random.random() < 0.35
            chosen.append(self.random.choice(sorted(self.files)) if again else self.new_file())
        chosen = list(dict.fromkeys(chosen))
        whole = all("value" in row for path in chosen for row in self.files[path])
        reload = whole and self.random.random() < 0.2
        run = self.runs.add(chosen, DAY, reload=reload)
        self.listed.append((run.id, chosen, reload))

    def play(self) -> None:
        for _ in range(self.random.randrange(1, 4)):
            for _ in range(self.random.randrange(1, 4)):
                self.start()
            for _ in range(self.random.randrange(0, 20)):
                if self.runs.step() is None:
                    break
        while self.runs.step() is not None:
            pass

    def check(self) -> None:
        told = Marks(Updated(("id",), COLUMNS)) if self.marks else Versions(Updated(("id",), COLUMNS))
        for run, paths, reload in self.listed:
            (state, *books) = self.engine.sql(f"select state, {', '.join(BOOKS)} from sluice.run where id = %s", run)[0]
            assert state == "done"
            read = dict(self.engine.sql("select uri, read from sluice.input where run_id = %s", run))
            applied = [(path.name, self.files[path]) for path in paths if read[str(path)]]
            every = [(path.name, self.files[path]) for path in paths] if self.snapshot else []
            expected = told.run(run, applied, reload=reload, snapshot=every)
            if not (self.snapshot and reload):  # rows of another file of a snapshot that is read again are unchanged
                assert dict(zip(BOOKS, books, strict=True)) == expected, f"run {run}: {read}"
        if isinstance(told, Marks):
            self._check_marks(told)
        else:
            self._check_versions(told)

    def _check_versions(self, told: Versions) -> None:
        expected = sorted(
            (int(each.row["id"] or 0), each.begun, each.ended or 0, each.row["value"] or "", each.row["pad"])
            for each in told.every
        )
        there = sorted((i, since, until or 0, v or "", p) for i, v, p, since, until in self.engine.sql(VERSIONS))
        assert there == expected
        assert self.engine.sql("select count(*) from things_versions where until < since or since is null") == [(0,)]

    def _check_marks(self, told: Marks) -> None:
        expected = {key: (row["value"], row["pad"], told.marked.get(key)) for key, row in told.table.rows.items()}
        assert {(str(i),): rest for i, *rest in self.engine.sql(MARKED)} == {k: [*v] for k, v in expected.items()}


@pytest.mark.parametrize("first", [0, BLOCK])
@pytest.mark.parametrize("kind", KINDS)
def test_versions_marks_and_books_are_those_of_a_list(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, first: int
) -> None:
    monkeypatch.setenv("SLUICE_PART_BYTES", "1024")
    engine.forget()
    snapshot = kind != "increments"
    engine.use(Pipeline("things", Files("*.csv", snapshot=snapshot), KINDS[kind]))
    until, number = time.monotonic() + LASTS_S, first
    while number < first + BLOCK or time.monotonic() < until:
        seed = int(os.environ.get("SLUICE_TEST_SEED") or (SystemRandom().randrange(10**9) if LASTS_S else number))
        history = History(engine, tmp_path / str(number), seed, snapshot=snapshot, marks=kind == "marks")
        number += 1
        try:
            history.play()
            history.check()
        except Exception as error:
            raise AssertionError(f"SLUICE_TEST_SEED={seed}: {error}\n{history.listed}\n{history.runs.taken}") from error
