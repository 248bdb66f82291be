"""sluice.dispatch: publish what is due now. Workers do it every second; a script may call it."""

from celery import Task

from sluice.app import app
from sluice.engine.steps.dispatch import recover
from sluice.workers.publish import dispatch_due


@app.task(name="sluice.dispatch", base=Task)
def dispatch() -> None:
    """Release the steps of vanished workers, and publish what is due."""
    recover()
    dispatch_due()
