"""sluice.scheduled: what beat sends at a pipeline's due time: load what is new in the inbox."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from pipelines import find
from sluice.engine.schedule import latest_due, take_tick
from sluice.engine.settings import settings
from sluice.engine.storage import in_inbox
from tasks.enqueue import enqueue
from workers.app import app

log = logging.getLogger(__name__)


@app.task(name="sluice.scheduled")
def scheduled(name: str) -> None:
    """Start the run of the last due time, once; files that were loaded before have nothing to do in it."""
    pipeline = find(name)
    if pipeline.schedule is None:
        return
    due = latest_due(pipeline.schedule, datetime.now(UTC))
    # listed first: an object store that is away must not cost the day
    files = in_inbox(settings().inbox, pipeline.source.pattern)
    if not take_tick(f"{name}-daily", due):
        log.info("%s of %s was started already", name, due.isoformat())
        return
    if not files:
        log.warning("%s of %s: nothing in the inbox matches %s", name, due.isoformat(), pipeline.source.pattern)
        return
    run = enqueue(name, files)
    log.info("%s of %s is run %s with %d files", name, due.isoformat(), run.id, len(files))
