"""`sluice_inspect`, a remote-control command of Celery: a worker's version, declarations and folders, for `sluice
doctor`.

It runs in the worker's main process, between two messages: checks of folders have a short limit, because a mount that
hangs must not block the worker. It takes no path: it only checks whether a probe is in the landing.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from celery.worker.control import inspect_command
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from sluice.app import app
from sluice.engine.base.settings import settings
from sluice.engine.sources.landing import landing
from sluice.engine.storage import exists, is_remote, join
from sluice.errors import SluiceError, TransientError
from sluice.pipelines import known_declared
from sluice.version import __version__
from sluice.workers.broker.dropped import dropped
from sluice.workers.gate import gate

PROBE = re.compile(r"\.sluice-probe-[0-9a-f]{32}")
LOOK_S = 1.5
ANSWER_S = 2.5


@inspect_command(name="sluice_inspect", args=[("probe", str)], signature="PROBE")
def sluice_inspect(_state: Any, probe: str = "") -> dict[str, Any]:
    """Return this worker's version, declarations and clock, and whether it can read the landing and the inbox."""
    return {
        "sluice": __version__,
        "contracts": contracts(),
        "clock": time.time(),
        "pid": os.getpid(),
        "closed": gate.closed,
        "queues": gate.consumed(),
        "dropped": dropped.count,
        "landing": _in_time(lambda: _sees_probe(probe)),
        "inbox": _in_time(sees_inbox),
    }


def ask_workers(probe: str) -> list[tuple[str, dict[str, Any]]]:
    """(name, answer) of every worker that answers within a few seconds. Raises TransientError without Redis."""
    try:
        replies = app.control.broadcast("sluice_inspect", arguments={"probe": probe}, reply=True, timeout=ANSWER_S)
    except (OperationalError, RedisError, OSError) as error:
        raise TransientError(f"Redis does not answer ({type(error).__name__}).") from error
    return [(name, answer) for reply in replies or [] for name, answer in reply.items()]


def contracts() -> dict[str, str]:
    """The revision of each pipeline's declaration, by name."""
    return {
        f"{name}/{source}" if len(each.revisions) > 1 else name: revision
        for name, each in known_declared().items()
        for source, revision in each.revisions.items()
    }


def sees_inbox() -> bool:
    """Whether the inbox exists here."""
    inbox = settings().inbox
    return is_remote(inbox) or Path(inbox).is_dir()


def _sees_probe(probe: str) -> bool:
    return PROBE.fullmatch(probe) is not None and exists(join(landing(), probe))


def _in_time(look: Callable[[], bool]) -> bool | None:
    """The result of `look`; None when it takes too long or fails."""
    seen: list[bool] = []

    def tell() -> None:
        with suppress(OSError, SluiceError):
            seen.append(look())

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    thread.join(LOOK_S)
    return seen[0] if seen else None
