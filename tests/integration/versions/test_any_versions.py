"""Whatever the keys, files, parts, runs and reloads, and whatever commits first: the versions and the books are those
of a list in Python to which the runs came one after another.

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
from tests.kit.versions import Versions

COLUMNS = ("id", "value", "pad")
DAY = date(2024, 1, 1)
LASTS_S = float(os.environ.get("SLUICE_TEST_HISTORIES_S", "60" if LONG else "0"))
BLOCK = 25  # histories of each kind in a test: four tests have 100
DECLARED = [Column("id", Integer(), required=True), Column("value", Text()), Column("pad", Text())]
THINGS = Table("things", ("id",), DECLARED, on_conflict="history", valid_from="since", valid_to="until")
VERSIONS = """
    select v.id, v.value, v.pad, f.id, t.id from things_versions v
    left join sluice.run f on f.moment = v.since left join sluice.run t on t.moment = v.until
"""


class History:
    """Files and the runs that bring them, up to three of them open at once."""

    def __init__(self, engine: InProcess, folder: Path, seed: int, *, snapshot: bool) -> None:
        self.engine, self.folder, self.random, self.snapshot = engine, folder, Random(seed), snapshot
        self.runs = OpenRuns(engine, self.random)
        self.files: dict[Path, list[Row]] = {}
        self.listed: list[tuple[int, list[Path], bool]] = []
        folder.mkdir()
        engine.sql("truncate things, things_history, sluice.run, sluice.replaced restart identity cascade")

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
        told = Versions(Updated(("id",), COLUMNS))
        for run, paths, reload in self.listed:
            (state, *books) = self.engine.sql(f"select state, {', '.join(BOOKS)} from sluice.run where id = %s", run)[0]
            assert state == "done"
            read = dict(self.engine.sql("select uri, read from sluice.input where run_id = %s", run))
            applied = [(path.name, self.files[path]) for path in paths if read[str(path)]]
            every = [(path.name, self.files[path]) for path in paths] if self.snapshot else []
            expected = told.run(run, applied, reload=reload, snapshot=every)
            if not (self.snapshot and reload):  # rows of another file of a snapshot that is read again are unchanged
                assert dict(zip(BOOKS, books, strict=True)) == expected, f"run {run}: {read}"
        expected_versions = sorted(
            (int(each.row["id"] or 0), each.begun, each.ended or 0, each.row["value"] or "", each.row["pad"])
            for each in told.every
        )
        there = sorted((i, since, until or 0, v or "", p) for i, v, p, since, until in self.engine.sql(VERSIONS))
        assert there == expected_versions
        assert self.engine.sql("select count(*) from things_versions where until < since or since is null") == [(0,)]


@pytest.mark.parametrize("first", [0, BLOCK])
@pytest.mark.parametrize("snapshot", [False, True], ids=["increments", "snapshots"])
def test_versions_and_books_are_those_of_a_list(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: bool, first: int
) -> None:
    monkeypatch.setenv("SLUICE_PART_BYTES", "1024")
    engine.forget()
    engine.use(Pipeline("things", Files("*.csv", snapshot=snapshot), THINGS))
    until, number = time.monotonic() + LASTS_S, first
    while number < first + BLOCK or time.monotonic() < until:
        seed = int(os.environ.get("SLUICE_TEST_SEED") or (SystemRandom().randrange(10**9) if LASTS_S else number))
        history = History(engine, tmp_path / str(number), seed, snapshot=snapshot)
        number += 1
        try:
            history.play()
            history.check()
        except Exception as error:
            raise AssertionError(f"SLUICE_TEST_SEED={seed}: {error}\n{history.listed}\n{history.runs.taken}") from error
