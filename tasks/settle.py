"""sluice.settle: contested keys of a run get their winner, and the run ends."""

from pipelines import find
from sluice.engine.ledger.runs import pipeline_of
from sluice.engine.ledger.targets import note_lost
from sluice.engine.load.settle import settle_run
from workers.app import app
from workers.publish import publish_now
from workers.step_task import StepTask, working


@app.task(name="sluice.settle", base=StepTask)
def settle(message: dict[str, int]) -> None:
    """Settle the run of this step, and wake who waited for it."""
    with working("settle", message) as (held, _):
        pipeline = find(pipeline_of(held.run))
        note_lost(held.run, pipeline)
        settle_run(held, pipeline)
    publish_now()
