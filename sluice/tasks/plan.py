"""sluice.plan: an input becomes parts; or those of a batch."""

from typing import Any

from sluice.app import app
from sluice.engine.steps.plan.plan import plan_input, read_input
from sluice.pipelines import declared_for
from sluice.tasks import batches
from sluice.tasks.batches import is_batch
from sluice.workers.publish import publish_now
from sluice.workers.step_task import StepTask, working


@app.task(name="sluice.plan", base=StepTask)
def plan(message: dict[str, Any]) -> None:
    """Read the input, or those of a batch, once, cut it into parts, and publish them."""
    if is_batch(message):
        batches.plan(message, at_once=True)
    else:
        _plan(message)
    publish_now()


def _plan(message: dict[str, int]) -> None:
    with working("plan", message) as (claim, pulse):
        work = read_input(claim)
        declared = declared_for(work.pipeline, work.source, work.revision, work.contract)
        flow, contract = declared.flow(work.source), declared.contract(work.source)
        plan_input(claim, work, flow, contract, pulse.check, declared.children(work.source))
