"""Time limits for the code of pipelines. A process that exceeds one is killed by its worker's main process.

A child records its current section in memory that it shares with the main process, which checks it twice a second. So
a limit also applies to code that never releases the interpreter's lock, or blocks inside a library; and it costs a
part nothing. The only signal is the one that kills.
"""

from __future__ import annotations

import itertools
import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

PART_S = 60.0
PART_OPTION = "part_time_limit_s"
LONGEST_S = 540.0  # below Celery's limit of 600 s, which kills without a reason
_SLOTS, _SIZE = 1024, 512
NO_SLOT = _SLOTS  # of a process outside of a pool
_HEAD = struct.Struct("=qqdi")  # the section's number (0: none), its process, its limit in seconds, length of its name
_NUMBER = struct.Struct("=q")

_memory: mmap.mmap | None = None
_own_slot: int | None = None
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Section:
    """Running code of the process `pid`: its description, its limit in seconds, and the option that declares that."""

    slot: int
    number: int
    pid: int
    limit_s: float
    what: str
    option: str = PART_OPTION

    @property
    def reason(self) -> str:
        """Why its process is killed."""
        return (
            f"{self.what} took longer than {self.limit_s:g} s, so its process was ended. Correct the code, or declare"
            f" a longer {self.option}, then `sluice retry`."
        )


def share() -> None:
    """Call in a worker's main process, before it forks."""
    global _memory
    _memory = mmap.mmap(-1, _SLOTS * _SIZE)


def take_slot(number: int) -> None:
    """Call in a child: its slot in the pool, which no other live child has, and in which it numbers its sections."""
    global _own_slot, _numbers
    _own_slot = number if _memory is not None and number < _SLOTS else None
    _numbers = itertools.count((os.getpid() << 32) + 1)
    _leave()


@contextmanager
def limited(limit_s: float, what: str, option: str = PART_OPTION) -> Iterator[None]:
    """A block that may take `limit_s` seconds before the process is killed. No limit outside of a worker's children."""
    if _memory is None or _own_slot is None:
        yield
        return
    name = f"{option}\0{what}".encode()[: _SIZE - _HEAD.size]
    number, start = next(_numbers), _own_slot * _SIZE
    whole = _HEAD.pack(number, os.getpid(), limit_s, len(name)) + name
    _memory[start + _NUMBER.size : start + len(whole)] = whole[_NUMBER.size :]
    _memory[start : start + _NUMBER.size] = whole[: _NUMBER.size]  # written last: it starts the clock
    try:
        yield
    finally:
        _leave()


def _leave() -> None:
    if _memory is not None and _own_slot is not None:
        _clear(_memory, _own_slot)


def _clear(memory: mmap.mmap, slot: int) -> None:
    memory[slot * _SIZE : slot * _SIZE + _NUMBER.size] = _NUMBER.pack(0)


class Watch:
    """In the main process: how long each section has been running, in seconds in which the main process ran, too."""

    def __init__(self) -> None:
        self._passed: dict[int, tuple[int, float]] = {}  # slot -> the section's number, seconds

    def late(self, seconds: float) -> list[Section]:
        """The sections over their limit, `seconds` after the last call."""
        running = list(_running())
        before, self._passed = self._passed, {}
        for each in running:
            number, passed = before.get(each.slot, (each.number, -seconds))
            self._passed[each.slot] = (each.number, passed + seconds if number == each.number else 0.0)
        return [each for each in running if self._passed[each.slot][1] > each.limit_s]

    @staticmethod
    def is_on(section: Section) -> bool:
        """Whether this same section is still running."""
        return section in _running()

    @staticmethod
    def forget(section: Section) -> None:
        """Drop a section whose process is gone."""
        if _memory is not None:
            _clear(_memory, section.slot)


def _running() -> Iterator[Section]:
    if _memory is None:
        return
    for slot in range(_SLOTS):
        start = slot * _SIZE
        number, pid, limit_s, length = _HEAD.unpack_from(_memory, start)
        if number:
            name = _memory[start + _HEAD.size : start + _HEAD.size + length]
            option, _, what = name.decode(errors="replace").partition("\0")
            yield Section(slot, number, pid, limit_s, what, option)
