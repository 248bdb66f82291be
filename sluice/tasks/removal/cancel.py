"""cancel: stop an open run, with or without workers."""

from __future__ import annotations

from contextlib import suppress

from sluice.engine.ledger.runs import pipeline_of, run_state
from sluice.engine.load import bulk
from sluice.engine.steps.removal.undo.cancel import Cancelled
from sluice.engine.steps.removal.undo.cancel import cancel as stop
from sluice.errors import SluiceError
from sluice.pipelines import newest
from sluice.workers.publish import publish_now


def cancel(run: int) -> Cancelled:
    """Stop an open run: nothing of it stays, and it ends as failed. Inputs of other runs that waited for its contents
    load them themselves.

    Of a run that only builds derived tables the build is given up. Raises ConfigError for a run that has ended.
    """
    run_state(run)
    declared = newest(pipeline_of(run))
    cancelled = stop(run, None if declared is None else declared.pipeline)
    for target in cancelled.targets:
        with suppress(SluiceError):  # the next load or settling of the table makes its index, if this may not
            bulk.end(target)
    publish_now()
    return cancelled
