"""The landing of a preview: a temporary folder, removed at its end, also after a preview that was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sluice.engine.sources.landing import landing_in

_PREFIX = "sluice-preview-"
_LOCK = ".lock"
_YOUNG_S = 60.0  # a folder may be without its lock for a moment after it was made


@contextmanager
def no_landing() -> Iterator[None]:
    """Inside, copies of files that cannot be read in place go to a temporary folder, which is removed at the end.

    Folders of previews whose process was killed are removed, too: nobody holds their lock.
    """
    _sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as name:
        folder = Path(name)
        with (folder / _LOCK).open("wb") as lock, landing_in(folder):
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _sweep(top: Path) -> None:
    for folder in top.glob(f"{_PREFIX}*"):
        with suppress(OSError):  # it is another user's, or was removed meanwhile
            facts = folder.lstat()
            if facts.st_uid == os.geteuid() and time.time() - facts.st_mtime > _YOUNG_S and _is_left(folder):
                shutil.rmtree(folder)


def _is_left(folder: Path) -> bool:
    """Whether no process holds the lock of a folder."""
    lock = folder / _LOCK
    if not lock.is_file():
        return True
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
