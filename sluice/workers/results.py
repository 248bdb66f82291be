"""Celery's reading of what a worker's processes report, which survives a lost connection to Redis.

The event loop is reset when the connection is lost, at times in the middle of a report. Celery then reads the rest of
it as the beginning of another one, which ends the main process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from celery.concurrency import asynpool

_Handler: Any = asynpool.ResultHandler


class ResumedResults(_Handler):
    """Celery's handler; a report that was read in part is read on by whatever event loop comes next."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._begun: dict[int, tuple[Any, Iterator[None]]] = {}  # by file descriptor, with the process that has it

    def _recv_message(
        self, add_reader: Any, fd: int, callback: Callable[[Any], None], **options: Any
    ) -> Iterator[None]:
        process = self.fileno_to_outq.get(fd)
        owner, reading = self._begun.get(fd, (None, None))
        if reading is None or owner is not process:  # the descriptor may be that of a new process
            reading = self._read(fd, process, super()._recv_message(add_reader, fd, callback, **options))
            self._begun[fd] = (process, reading)
        return reading

    def _read(self, fd: int, process: Any, reading: Iterator[None]) -> Iterator[None]:
        try:
            yield from reading
        finally:
            if self._begun.get(fd, (None, None))[0] is process:
                del self._begun[fd]


def use_resumed_results() -> None:
    """Make Celery's pool use this class: no setting does it."""
    asynpool.AsynPool.ResultHandler = ResumedResults
