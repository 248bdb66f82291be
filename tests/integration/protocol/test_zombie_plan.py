"""A process that plans after another one has planned the same input: it has lost its claim, and nothing has failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.engine.ledger import steps
from sluice.engine.steps.dispatch import recover
from sluice.engine.steps.plan.plan import plan_input, read_input
from sluice.errors import LostClaim
from tests.integration.protocol.world import pipeline
from tests.kit.in_process import InProcess

EXPIRED = "update sluice.step set lease_until = clock_timestamp() - interval '1 s' where id = %s"


def test_a_plan_without_its_claim_is_a_lost_claim_and_not_a_failure_of_the_step(
    engine: InProcess, tmp_path: Path
) -> None:
    engine.use(pipeline("keep"))
    path = tmp_path / "some.csv"
    path.write_text("id,value,pad\n1,a,x\n2,b,x\n")
    run = engine.register(path)
    [step] = engine.steps(run, "plan")
    zombie = steps.claim("plan", {"step": step})
    work = read_input(zombie)
    engine.sql(EXPIRED, step)
    recover()
    engine.plan_step(step)
    with pytest.raises(LostClaim):
        plan_input(zombie, work, engine.pipeline.flow(work.source), engine.contracts[work.source], lambda: None)
    assert engine.sql("select state, fence, crashes, error from sluice.step where id = %s", step) == [
        ("done", 2, 0, None)
    ]
    assert engine.finish(run)["state"] == "done"
    assert engine.sql("select id, value from things order by 1") == [(1, "a"), (2, "b")]
