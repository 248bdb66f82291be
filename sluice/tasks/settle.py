"""sluice.settle: contested keys of a run get their winner, and the run ends."""

from sluice.app import app
from sluice.engine.steps.settle import settle_run
from sluice.engine.tables.loaded_rows import note_lost
from sluice.tasks.scheduled import start_following
from sluice.tasks.whole_run import declared_to_settle
from sluice.workers.publish import publish_now
from sluice.workers.step_task import StepTask, working


@app.task(name="sluice.settle", base=StepTask)
def settle(message: dict[str, int]) -> None:
    """Settle the run of this step, and publish what waited for it."""
    with working("settle", message) as (claim, _):
        pipeline = declared_to_settle(claim.run)
        note_lost(claim.run, pipeline)
        settle_run(claim, pipeline)
    publish_now()
    start_following(pipeline.name)
