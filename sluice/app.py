"""The Celery app: `celery -A sluice.app worker|beat|flower`. It imports no task; Celery finds them by name.

There is one app object in a process, this one: `workers/app.py` of a checkout only passes it on.
"""

import os
from pathlib import Path

from celery import Celery

# Flower has no password by default; ours always has one, however it is started
os.environ.setdefault("FLOWER_CONF", str(Path(__file__).with_name("workers") / "flower.py"))

_TASKS = ("build", "dispatch", "extract", "load", "plan", "scheduled", "settle", "transform")
_WORKERS = ("life", "beat", "sees")

app = Celery("sluice")
app.config_from_object("sluice.celeryconfig")
app.conf.imports = (*(f"sluice.tasks.{name}" for name in _TASKS), *(f"sluice.workers.{name}" for name in _WORKERS))
app.conf.worker_proc_alive_timeout = 60.0  # pandas and pyarrow take their time on a busy machine
