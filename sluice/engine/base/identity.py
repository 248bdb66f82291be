"""Who holds a step: host, boot, process namespace, the worker's main process, and the child that works.

`<node>|<main pid>.<its start time>|<child pid>`: enough for a neighbour on the same host to see at once that
a worker is gone, instead of waiting for its lease to run out.
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
        return ""  # not Linux: leases still run out by the clock


def _start_time(pid: int) -> str:
    """When the process started, in clock ticks since boot; empty where it is gone or cannot be known.

    One that has ended and that nobody has asked about (a zombie) is gone: it works on nothing any more.
    """
    fields = _fields(pid)
    return fields[18] if fields else ""


def _fields(pid: int) -> list[str]:
    """What /proc tells of a process behind its state, the number of its parent first; nothing of one that is gone."""
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
    """Call in a worker's main process, before it forks: its children are held to its account."""
    global _main
    _main = f"{os.getpid()}.{_start_time(os.getpid())}"


def holder(child_pid: int | None = None) -> str:
    """This process (or that child of it) as the ledger names it."""
    main = _main or f"{os.getpid()}.{_start_time(os.getpid())}"
    return f"{node()}|{main}|{child_pid or os.getpid()}"


def worker_name() -> str:
    """This worker as the ledger names it: a holder without its child."""
    return holder().rpartition("|")[0]


def is_my_child(pid: int) -> bool:
    """Whether a process is a living child of this one. True where there is no /proc to look it up."""
    if not _start_time(os.getpid()):
        return True
    return _fields(pid)[:1] == [str(os.getpid())]


def is_gone(known: str) -> bool:
    """Whether a holder on this host is certainly gone: its main process, by number and start time."""
    where, _, rest = known.partition("|")
    pid, _, started = rest.partition("|")[0].partition(".")
    if where != node() or not started or not pid.isdigit():
        return False
    return _start_time(int(pid)) != started


def is_lost_child(known: str) -> bool:
    """Whether a holder is a child of this very worker, and is certainly gone. Always False where there is no /proc."""
    worker, _, child = known.rpartition("|")
    mine = worker == holder().rpartition("|")[0]
    return mine and child.isdigit() and bool(_start_time(os.getpid())) and not _start_time(int(child))
