"""sluice.extract: a part's bytes become columns of text."""

from collections.abc import Mapping
from typing import Any

from sluice.app import app
from sluice.engine.rows.frames import frames
from sluice.engine.steps.part.extract import shares_text
from sluice.tasks import batches
from sluice.tasks.batches import is_batch
from sluice.tasks.parts import part_of, raw_frame
from sluice.workers.step_task import StepTask, working


@app.task(name="sluice.extract", base=StepTask)
def extract(message: dict[str, Any]) -> Mapping[str, Any]:
    """Read and parse the part, or those of a batch, and store the frame for transform."""
    if is_batch(message):
        return batches.extract(message)
    with working("extract", message) as (claim, _):
        part = part_of(claim)
        frames().put(part.work.raw_key(), raw_frame(part), shared=shares_text(part.work))
    return claim.message
