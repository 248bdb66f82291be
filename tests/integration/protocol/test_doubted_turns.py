"""Inputs that have crashed take turns: one that waits for another does not keep the only place that both may have."""

from __future__ import annotations

from pathlib import Path

from sluice.engine.steps.dispatch import Queues, dispatch
from tests.integration.protocol.world import LATER, pipeline
from tests.kit.in_process import InProcess

PROCESSES = "insert into sluice.worker (name, processes, seen_at) values ('elsewhere', 3, 'infinity')"
DOUBTED = "update sluice.step set vanished = 2, error = 'The worker that had this step vanished.'"
WAITED = "update sluice.step set due_at = due_at + interval '1 minute' where id = %s"


def test_a_doubted_step_that_has_waited_comes_after_the_doubted_step_that_it_waits_for(
    engine: InProcess, tmp_path: Path
) -> None:
    engine.use(pipeline("keep"))
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("id,value,pad\n1,a,x\n")
    engine.register(tmp_path / "a.csv", tmp_path / "b.csv")
    engine.sql(PROCESSES)
    engine.sql(DOUBTED)
    (first,), (second,) = engine.sql("select id from sluice.step order by id")
    engine.sql(WAITED, first)
    engine.sql(LATER)
    published: list[int] = []
    dispatch(lambda steps, _: published.extend(steps), lambda: Queues("same", ("plan",)))
    assert published == [second]
