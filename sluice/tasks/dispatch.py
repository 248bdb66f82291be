"""sluice.dispatch: publish what is due now. Workers do it by themselves every second; a script may ask for it."""

from celery import Task

from sluice.app import app
from sluice.engine.steps.dispatch import recover
from sluice.workers.publish import dispatch_due


@app.task(name="sluice.dispatch", base=Task)
def dispatch() -> None:
    """Free what vanished workers held, and publish what is due."""
    recover()
    dispatch_due()
