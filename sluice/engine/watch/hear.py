"""Events of the kernel about files in a folder. They are hints: the folder is listed every few seconds as well.

So it does no harm when an event is lost, or when there are none: in network folders, or where the kernel has no watch
left. When its queue was full, the folder is listed at once.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

AGAIN_S = 60.0  # after this time a watch of the kernel is asked for again
_EVENTS: list[type[FileSystemEvent]] = [
    FileCreatedEvent, FileClosedEvent, FileMovedEvent, DirCreatedEvent, DirMovedEvent,
]  # fmt: skip
_MOST = 200_000  # paths that are remembered; beyond, listing the folder is quicker


class Ear(FileSystemEventHandler):
    """What was heard of one folder since the last time."""

    def __init__(self) -> None:
        self._paths: deque[str] = deque()
        self._lost = threading.Event()

    def dispatch(self, event: FileSystemEvent) -> None:
        """Remember the path of an event. Called by watchdog's thread."""
        if event.is_directory or len(self._paths) >= _MOST:
            self._lost.set()  # files may be in it already
        else:
            self._paths.append(os.fsdecode(event.dest_path or event.src_path))

    def lose(self) -> None:
        """Events were lost."""
        self._lost.set()

    def heard(self) -> tuple[set[str], bool]:
        """The paths since the last call, and whether the folder has to be listed."""
        lost = self._lost.is_set()
        self._lost.clear()
        paths: set[str] = set()
        while self._paths:
            paths.add(self._paths.popleft())
        return paths, lost


class Hearing:
    """Hears of one folder, also when it is made later, or made anew."""

    def __init__(self, recursive: bool) -> None:
        self.ear = Ear()
        self._recursive = recursive
        self._observer: BaseObserver | None = None
        self._folder: tuple[str, int, int] | None = None
        self._try_at = 0.0
        self._overflow = _Overflow(self.ear)
        logging.getLogger("watchdog.observers.inotify_c").addHandler(self._overflow)
        self.deaf: str | None = None  # why there are no events

    def listen(self, folder: str) -> None:
        """Hear of this folder, if it exists."""
        try:
            now = Path(folder).stat()
        except OSError:
            return
        known = (folder, now.st_dev, now.st_ino)
        if known == self._folder or time.monotonic() < self._try_at:
            return
        self._stop()
        observer = Observer()
        try:
            observer.schedule(self.ear, folder, recursive=self._recursive, event_filter=_EVENTS)
            observer.start()
        except OSError as error:
            self._try_at = time.monotonic() + AGAIN_S
            self.deaf = f"the kernel sends no events ({error.strerror or error}): folders are listed instead"
            return
        self._observer, self._folder, self.deaf = observer, known, None
        self.ear.lose()  # what came before

    def close(self) -> None:
        """Hear no more."""
        self._stop()
        logging.getLogger("watchdog.observers.inotify_c").removeHandler(self._overflow)

    def _stop(self) -> None:
        observer, self._observer, self._folder = self._observer, None, None
        if observer is not None:
            observer.stop()
            observer.join(5)


class _Overflow(logging.Handler):
    """The only sign by which watchdog shows a full queue of the kernel is a warning in its log."""

    def __init__(self, ear: Ear) -> None:
        super().__init__(logging.WARNING)
        self._ear = ear

    def emit(self, record: logging.LogRecord) -> None:
        """List the folder: events were lost."""
        if "overflow" in record.getMessage():
            self._ear.lose()
