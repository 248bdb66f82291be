"""The Celery app: `celery -A sluice.app worker|beat|flower`. It imports no task; Celery finds them by name.

There is one app in a process, this one: `workers/app.py` of a checkout only passes it on.
"""

import importlib
import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.loaders.app import AppLoader

from sluice.engine.ledger.kinds import NAMES

# Flower has no password by default; ours always has one, however it is started
os.environ.setdefault("FLOWER_CONF", str(Path(__file__).with_name("workers") / "flower.py"))

_TASKS = (*NAMES, "dispatch", "scheduled")
_WORKERS = ("background", "beat", "inspection")


class Loader(AppLoader):
    """Imports as Python does: Celery's own has the current folder first on the path while it imports, and there a
    `redis.py` or `csv.py` of yours would be taken for the real one."""

    def import_from_cwd(self, module: str, imp: Any = None, package: str | None = None) -> Any:
        """The module, from where it is installed."""
        return (imp or importlib.import_module)(module, package=package)

    def import_default_modules(self) -> Any:
        """Worker and beat begin with this: theirs is this app, also where Celery asks for the current one."""
        self.app.set_default()
        return super().import_default_modules()


# Not the current app: a process that only enqueues may have an app of its own, with its tasks and its broker.
app = Celery("sluice", loader=Loader, set_as_current=False)
app.backend_cls = "disabled"  # result_backend alone would give way to CELERY_RESULT_BACKEND, set for another app
app.config_from_object("sluice.celeryconfig")
app.conf.imports = (*(f"sluice.tasks.{name}" for name in _TASKS), *(f"sluice.workers.{name}" for name in _WORKERS))
app.conf.worker_proc_alive_timeout = 60.0  # pandas and pyarrow take their time on a busy machine
