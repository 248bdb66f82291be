"""A preprocessed table knows no more than the table that it is made of, whatever settles between their builds."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from sluice.engine.derive.select import SelectBuild
from sluice.engine.derive.table import Built
from sluice.engine.ledger.runs import Run
from tests.integration.preprocess.till import HEADER, LINES, Till


def test_what_settles_between_the_two_builds_is_in_the_next_one(
    till: Till, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = tmp_path / "sales_late.csv"
    late.write_text(f"{HEADER}\n{LINES[1]}\n", encoding="utf-8")
    engine, build, overtaking = till.engine, SelectBuild.build, list[Run]()

    def load_late() -> None:
        overtaking.append(engine.register(late))
        engine.plan(overtaking[0])
        for step in engine.steps(overtaking[0], "extract"):
            engine.load(step)
        engine.settle(overtaking[0])

    def build_and_be_overtaken(self: SelectBuild, run: int) -> Built:
        built = build(self, run)
        if not overtaking:
            thread = Thread(target=load_late)
            thread.start()
            thread.join(60)
        return built

    monkeypatch.setattr(SelectBuild, "build", build_and_be_overtaken)
    assert till.run("a", LINES[0])["rows"] == 1
    (run,) = overtaking
    builds = engine.finish(run)["builds"]
    assert [(each["derived"], each["added"]) for each in builds] == [("clean", 1), ("ready", 1)]
    assert till.rows("id") == [(1,), (2,)]
