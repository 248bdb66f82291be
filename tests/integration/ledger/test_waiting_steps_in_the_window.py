"""Steps that have to wait for another file leave the window to the steps of that file."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.base.settings import settings
from sluice.engine.ledger import steps
from sluice.engine.steps.dispatch import Queues, dispatch
from sluice.errors import EarlierRunOpen
from tests.kit.in_process import InProcess

COLUMNS = [Column("id", Integer(), required=True), Column("name", Text()), Column("day", Text())]
PIPELINE = Pipeline("late", Files("*"), Table("late", key=("id",), columns=COLUMNS, on_conflict="update"))


def published() -> list[int]:
    sent: list[int] = []
    dispatch(lambda steps, _: sent.extend(steps), lambda: Queues("one", ()))
    return sent


@pytest.mark.slow
def test_a_file_that_lacks_columns_and_is_planned_first_does_not_stop_the_file_it_waits_for(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_WINDOW", "2")
    monkeypatch.setenv("SLUICE_PART_BYTES", "1024")
    settings.cache_clear()
    engine.use(PIPELINE)
    whole, short = tmp_path / "whole.csv", tmp_path / "short.csv"
    whole.write_text("id,name,day\n" + "".join(f"{n},{'n' * 40},monday\n" for n in range(60)))
    short.write_text("id,name\n" + "".join(f"{n},{'s' * 60}\n" for n in range(50)))
    run = engine.register(whole, short)
    first, second = engine.steps(run, "plan")
    engine.plan_step(second)
    waiting = engine.steps(run, "extract")
    engine.plan_step(first)
    fresh = [step for step in engine.steps(run, "extract") if step not in waiting]
    assert (len(waiting), len(fresh)) == (4, 4)
    for step in waiting:
        with pytest.raises(EarlierRunOpen, match="must be loaded before this file, which lacks columns"):
            engine.load(step)
        (fence,) = [row[0] for row in engine.sql("select fence from sluice.step where id = %s", step)]
        steps.release(steps.Claim(step, run.id, None, None, "load", fence), "waits for another file", 0.0)
    seen: list[int] = []
    while new := published():
        assert len(new) <= 2
        seen += new
        engine.sql("update sluice.step set state = 'done' where id = any(%s)", new)
    assert seen[:4] == fresh
    assert sorted(seen[4:]) == waiting
