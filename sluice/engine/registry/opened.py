"""Which files a pipeline's file opens while it is executed: SQL, lists of columns, or others.

Python reports them (audit events). They belong to the declaration: when one changes, the pipeline is read again.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sluice.engine.registry.seen import Facts, facts_of

_SYSTEM = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/share/", "/usr/lib/", "/lib/")
_SHIPPED = f"{Path(__file__).parents[2] / 'pipelines'}{os.sep}"  # treated like a user's pipelines
_watching: dict[int, dict[str, Facts]] = {}  # by thread: path -> the file's metadata before it was opened
_hooked = False


@contextmanager
def watched() -> Iterator[dict[str, Facts]]:
    """Collects the files that this thread opens to read: path -> metadata from before."""
    global _hooked
    if not _hooked:
        sys.addaudithook(_note)
        _hooked = True
    me = threading.get_ident()
    before = _watching.get(me)
    opened = _watching[me] = {}
    try:
        yield opened
    finally:
        if before is None:
            del _watching[me]
        else:
            _watching[me] = before


def is_installed(path: str) -> bool:
    """Whether a file belongs to Python, to an installed package or to Sluice, and not to a user's pipelines."""
    if path.startswith(_SHIPPED):
        return path == f"{_SHIPPED}__init__.py"
    return path.startswith((*_SYSTEM, *_installed(), "<"))


@cache
def _installed() -> tuple[str, ...]:
    folders = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    folders.add(str(Path(__file__).parents[2]))
    return tuple(f"{folder}{os.sep}" for each in folders for folder in (each, os.path.realpath(each)))


def _note(event: str, args: tuple[Any, ...]) -> None:
    if not _watching or event not in ("open", "os.listdir", "os.scandir"):
        return
    opened = _watching.get(threading.get_ident())
    if opened is None or not isinstance(args[0], str | bytes | os.PathLike):
        return
    if event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR):
        return
    path = str(Path(os.fsdecode(args[0])).absolute())
    if not is_installed(path) and "__pycache__" not in path:
        opened.setdefault(path, facts_of(path))
