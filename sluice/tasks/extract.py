"""sluice.extract: a part's bytes become columns of text."""

from sluice.app import app
from sluice.engine.rows.frames import frames
from sluice.tasks.parts import part_of, raw_frame
from sluice.workers.step_task import StepTask, working


@app.task(name="sluice.extract", base=StepTask)
def extract(message: dict[str, int]) -> dict[str, int]:
    """Read and parse the part, and store the frame for transform."""
    with working("extract", message) as (claim, _):
        part = part_of(claim)
        frames().put(part.work.raw_key(), raw_frame(part))
    return claim.message
