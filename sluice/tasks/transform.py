"""sluice.transform: text becomes typed rows in key order, and rejects."""

from collections.abc import Mapping
from typing import Any

from sluice.app import app
from sluice.engine.rows.frames import frames
from sluice.engine.steps.part.extract import shares_text
from sluice.engine.steps.part.park import park_part
from sluice.tasks import batches
from sluice.tasks.batches import is_batch
from sluice.tasks.parts import part_of, raw_frame, typed_frame
from sluice.workers.step_task import StepTask, working


@app.task(name="sluice.transform", base=StepTask)
def transform(message: dict[str, Any]) -> Mapping[str, Any]:
    """Apply the contract to the part, or to those of a batch, and store the frame for load."""
    if is_batch(message):
        return batches.transform(message)
    with working("transform", message) as (claim, _):
        part = part_of(claim)
        ready = typed_frame(part, raw_frame(part))
        if part.work.keeps_ready:
            frames().put(part.work.ready_key(), ready)
        if shares_text(part.work):
            frames().drop(part.work.raw_key())
        if part.work.max_rejects is not None:
            park_part(claim, part.work, ready.rejects)
    return claim.message
