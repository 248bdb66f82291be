"""Stops a worker at an exact point, for the tests of faults: SLUICE_FAILPOINT=name[:nth]:kill|stop|raise|sleep.

`nth` counts from 1 within the process, or over all processes when SLUICE_TEST_FAILPOINT_COUNT names a file to
count in. Several are separated by commas. Without the variable this costs one look-up in a dict.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter

from sluice.errors import PermanentError

_counts: Counter[str] = Counter()


def _parse() -> dict[str, tuple[int, str]]:
    points = {}
    for each in filter(None, os.environ.get("SLUICE_FAILPOINT", "").split(",")):
        name, *nth, action = each.split(":")
        points[name] = (int(nth[0]) if nth else 1, action)
    return points


_points = _parse()


def _count(name: str) -> int:
    path = os.environ.get("SLUICE_TEST_FAILPOINT_COUNT")
    if not path:
        _counts[name] += 1
        return _counts[name]
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        os.write(handle, f"{name}\n".encode())
        up_to_this = os.lseek(handle, 0, os.SEEK_CUR)  # other processes may have appended theirs by now
        return os.pread(handle, up_to_this, 0).decode().splitlines().count(name)
    finally:
        os.close(handle)


def failpoint(name: str) -> None:
    """Do what SLUICE_FAILPOINT sets for this point, when its count is reached."""
    if name not in _points:
        return
    nth, action = _points[name]
    if _count(name) != nth:
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif action == "sleep":
        time.sleep(float(os.environ.get("SLUICE_TEST_FAILPOINT_SLEEP_S", "5")))
    else:
        raise PermanentError(f"Failpoint {name}.")
