"""sluice.build: the derived tables, once a run's inputs are settled."""

from sluice.app import app
from sluice.engine.steps.build import build_run
from sluice.tasks.scheduled import start_following
from sluice.tasks.whole_run import declared_to_build
from sluice.workers.publish import publish_now
from sluice.workers.step_task import StepTask, working


@app.task(name="sluice.build", base=StepTask)
def build(message: dict[str, int]) -> None:
    """Build the derived tables of this step's run."""
    with working("build", message) as (claim, _):
        pipeline = declared_to_build(claim.run)
        build_run(claim, pipeline)
    publish_now()
    start_following(pipeline.name)
