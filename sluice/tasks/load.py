"""sluice.load: a part's rows, rejects and books into PostgreSQL, in one transaction; or those of a batch."""

from typing import Any

from sluice.app import app
from sluice.engine.rows.frames import frames
from sluice.engine.steps.part.load import load_part
from sluice.tasks import batches
from sluice.tasks.batches import is_batch
from sluice.tasks.parts import part_of, ready_frame
from sluice.workers.publish import publish_now
from sluice.workers.step_task import StepTask, working


@app.task(name="sluice.load", base=StepTask)
def load(message: dict[str, Any]) -> None:
    """Load the part, or those of a batch, and publish what became due by it."""
    if is_batch(message):
        batches.load(message)
    else:
        _load(message)
    publish_now()


def _load(message: dict[str, int]) -> None:
    with working("load", message) as (claim, _):
        part = part_of(claim)
        load_part(claim, part.work, ready_frame(part), part.flow.table)
    frames().drop(part.work.ready_key())
