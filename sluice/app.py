"""The Celery app: `celery -A sluice.app worker|beat|flower`. It imports no task; Celery finds them by name.

There is one app in a process, this one: `workers/app.py` of a checkout only passes it on.
"""

import importlib
import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.loaders.app import AppLoader

# Flower has no password by default; ours always has one, however it is started
os.environ.setdefault("FLOWER_CONF", str(Path(__file__).with_name("workers") / "flower.py"))

_TASKS = ("build", "dispatch", "extract", "load", "plan", "scheduled", "settle", "transform")
_WORKERS = ("life", "beat", "sees")


class Loader(AppLoader):
    """Imports as Python does: Celery's own has the current folder first on the path while it imports, and there a
    `redis.py` or `csv.py` of yours would be taken for the real one."""

    def import_from_cwd(self, module: str, imp: Any = None, package: str | None = None) -> Any:
        """The module, from where it is installed."""
        return (imp or importlib.import_module)(module, package=package)


# Not the current app of a process that only enqueues: that may have tasks and a broker of its own.
app = Celery("sluice", loader=Loader, set_as_current=False)
app.config_from_object("sluice.celeryconfig")
app.conf.imports = (*(f"sluice.tasks.{name}" for name in _TASKS), *(f"sluice.workers.{name}" for name in _WORKERS))
app.conf.worker_proc_alive_timeout = 60.0  # pandas and pyarrow take their time on a busy machine
