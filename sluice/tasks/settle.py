"""sluice.settle: contested keys of a run get their winner, and the run ends."""

from sluice.app import app
from sluice.engine.ledger.runs import pipeline_of
from sluice.engine.load.settle import settle_run
from sluice.pipelines import find
from sluice.workers.publish import publish_now
from sluice.workers.step_task import StepTask, working


@app.task(name="sluice.settle", base=StepTask)
def settle(message: dict[str, int]) -> None:
    """Settle the run of this step, and wake who waited for it."""
    with working("settle", message) as (held, _):
        settle_run(held, find(pipeline_of(held.run)))
    publish_now()
