"""sluice.settle: contested keys of a run get their winner, and the run ends."""

from sluice.engine.load.settle import settle_run
from tasks.whole_run import declared_to_settle
from workers.app import app
from workers.publish import publish_now
from workers.step_task import StepTask, working


@app.task(name="sluice.settle", base=StepTask)
def settle(message: dict[str, int]) -> None:
    """Settle the run of this step, and wake who waited for it."""
    with working("settle", message) as (held, _):
        settle_run(held, declared_to_settle(held.run))
    publish_now()
