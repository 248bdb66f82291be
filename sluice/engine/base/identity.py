"""The owner of a claim: host, boot, process namespace, the worker's main process, and the child that works.

`<node>|<main pid>.<its start time>|<child pid>`: enough for another worker on the same host to detect at once that
a worker is gone, instead of waiting for its lease to expire.
"""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path

_main: str | None = None


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        return ""  # not Linux: leases still expire


def _start_time(pid: int) -> str:
    """When the process started, in clock ticks since boot; empty where it is gone or unknown.

    A zombie (ended, and not waited for by its parent) is gone.
    """
    fields = _fields(pid)
    return fields[18] if fields else ""


def _fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the state, the parent's id first; empty for a process that is gone."""
    state, *fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split() or [""]
    return fields if state not in ("Z", "X") else []


@cache
def node() -> str:
    """This host, this boot, this namespace of process ids."""
    try:
        namespace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        namespace = ""
    boot = _read("/proc/sys/kernel/random/boot_id")[:8]
    return f"{socket.gethostname()}:{boot}:{namespace}"


def become_main() -> None:
    """Call in a worker's main process, before it forks: its children then report it as their main process."""
    global _main
    _main = f"{os.getpid()}.{_start_time(os.getpid())}"


def holder(child_pid: int | None = None) -> str:
    """The owner of a claim, as the ledger stores it: this process, or the given child of it."""
    main = _main or f"{os.getpid()}.{_start_time(os.getpid())}"
    return f"{node()}|{main}|{child_pid or os.getpid()}"


def worker_name() -> str:
    """This worker, as the ledger stores it: an owner without the child."""
    return holder().rpartition("|")[0]


def is_my_child(pid: int) -> bool:
    """Whether a process is a live child of this one. True without /proc."""
    if not _start_time(os.getpid()):
        return True
    return _fields(pid)[:1] == [str(os.getpid())]


def is_gone(holder_id: str) -> bool:
    """Whether an owner on this host is certainly gone: its main process, by id and start time."""
    where, _, rest = holder_id.partition("|")
    pid, _, started = rest.partition("|")[0].partition(".")
    if where != node() or not started or not pid.isdigit():
        return False
    return _start_time(int(pid)) != started


def is_lost_child(holder_id: str) -> bool:
    """Whether an owner is a child of this worker and certainly gone. Always False without /proc."""
    worker, _, child = holder_id.rpartition("|")
    mine = worker == holder().rpartition("|")[0]
    return mine and child.isdigit() and bool(_start_time(os.getpid())) and not _start_time(int(child))
