"""The Celery app: `celery -A workers.app worker|beat|flower`. It imports no task; Celery finds them by name."""

import os
from pathlib import Path

from celery import Celery

# Flower has no password by default; ours always has one, however it is started
os.environ.setdefault("FLOWER_CONF", str(Path(__file__).with_name("flower.py")))

app = Celery("sluice")
app.config_from_object("celeryconfig")
app.conf.imports = ("tasks", "sluice.workers.life", "sluice.workers.beat", "sluice.workers.sees")
app.conf.worker_proc_alive_timeout = 60.0  # pandas and pyarrow take their time on a busy machine
