"""The tasks, for a checkout: `from tasks import load`. The code is in `sluice/tasks/`."""

from sluice.tasks.build import build
from sluice.tasks.dispatch import dispatch
from sluice.tasks.extract import extract
from sluice.tasks.load import load
from sluice.tasks.plan import plan
from sluice.tasks.scheduled import check_all_schedules, scheduled
from sluice.tasks.settle import settle
from sluice.tasks.transform import transform

__all__ = ["build", "dispatch", "extract", "load", "plan", "scheduled", "settle", "check_all_schedules", "transform"]
