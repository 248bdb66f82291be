"""Runs of a table that keeps versions, or marks removed rows, undone: all is as it was before them."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from sluice.engine.ledger.runs import Run
from sluice.errors import ConfigError
from sluice.pipelines import find
from sluice.tasks.removal.undo import Undone
from sluice.tasks.removal.undo import undo as take_back
from tests.kit.in_process import InProcess

DECLARED = """
from sluice import Column, Date, Files, Integer, Pipeline, Table, Text
names = Table("names", key=("id",), columns=[Column("id", Integer(), required=True), Column("name", Text()),
              Column("day", Date("%Y-%m-%d"), required=True)], {options})
pipeline = Pipeline("names", Files("*.csv"{snapshot}), names)
"""
HISTORY = 'on_conflict="history"'
MARKED = 'on_conflict="update", removed_at="deleted_at"'
BY_DAY = 'on_conflict="history", versions_by="day"'
KINDS = {
    "history": (HISTORY, ""),
    "history of snapshots": (HISTORY, ", snapshot=True"),
    "marked": (MARKED, ", snapshot=True"),
    "by day": (BY_DAY, ""),
}


class Names:
    """Runs of a pipeline in a file of its own, one after another."""

    def __init__(self, engine: InProcess, folder: Path, patch: pytest.MonkeyPatch, kind: str) -> None:
        self.engine, self.folder, self.closed = engine, folder, kind.startswith("history")
        (folder / "declared").mkdir(exist_ok=True)
        options, snapshot = KINDS[kind]
        (folder / "declared" / "names.py").write_text(DECLARED.format(options=options, snapshot=snapshot))
        patch.setenv("SLUICE_PIPELINES", str(folder / "declared"))
        engine.forget()
        engine.use(find("names"))

    def load(self, *files: list[str], **options: object) -> Run:
        paths = []
        for rows in files:
            paths.append(self.folder / f"{len(list(self.folder.iterdir())):03}.csv")
            paths[-1].write_text("id,name,day\n" + "".join(f"{row}\n" for row in rows))
        run = self.engine.register(*paths, **options)
        self.engine.finish(run)
        return run

    def undo(self, run: Run, *, force: bool = False) -> Undone:
        done = take_back(run.id, force=force)
        assert done.by is not None
        assert self.engine.finish(Run(done.by))["state"] == "done"
        return done

    def state(self) -> list[tuple[Any, ...]]:
        """All rows with their lineage and moments."""
        closed = "select row_to_json(h)::text from names_history h" if self.closed else "select null where false"
        return sorted(self.engine.sql(f"select row_to_json(n)::text from names n union all {closed}"))


@pytest.mark.parametrize("kind", KINDS)
def test_undone_from_the_newest_on_each_run_leaves_what_was_before_it(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    names, random = Names(engine, tmp_path, monkeypatch, kind), Random(7)
    for _ in range(4):
        before, runs = [names.state()], []
        for _ in range(4):
            rows = [f"{random.randrange(6)},{random.choice('ab')},2024-01-0{random.randrange(1, 6)}" for _ in range(5)]
            runs.append(names.load(rows))
            before.append(names.state())
        assert names.state() == before.pop()
        while runs:
            names.undo(runs.pop())
            assert names.state() == before.pop()


def test_a_run_whose_versions_were_closed_by_a_later_one_is_undone_after_it(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(engine, tmp_path, monkeypatch, "history")
    names.load(["1,ann,2024-01-01"])
    second, third = names.load(["1,anna,2024-01-02"]), names.load(["1,annie,2024-01-03"])
    before = names.state()
    with pytest.raises(ConfigError, match=f"newest one first: sluice undo {third.id}"):
        names.undo(second)
    assert names.state() == before
    names.undo(third)
    names.undo(second)
    assert engine.sql("select name, valid_to from names_versions") == [("ann", None)]
