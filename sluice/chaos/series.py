"""The faults of a seed: which, when and against which worker. The same arguments give the same series."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Self

from sluice.samples.chance import Deck

FIRST_S = 0.5
SHORTEST_GAP_S, LONGEST_GAP_S = 0.6, 1.9
PLACES = 1_000  # a process is chosen as a thousandth of the list of those that run


class Kind(StrEnum):
    """What happens. The value is its name in --json, and `text` its name on the screen."""

    KILL_PROCESS = "kill_process", "kill -9 of a process of worker {worker}"
    KILL_WORKER = "kill_worker", "kill -9 of worker {worker} with all its processes"
    STOP_PROCESS = "stop_process", "SIGSTOP of a process of worker {worker} for {stopped_s:g} s, past its lease"
    STOP_WORKER = "stop_worker", "SIGSTOP of worker {worker} for {stopped_s:g} s, past its leases"
    TERMINATE_WORKER = "terminate_worker", "SIGTERM to worker {worker}"
    EMPTY_REDIS = "empty_redis", "FLUSHALL of Redis"
    KILL_REDIS = "kill_redis", "kill -9 of Redis"
    RESTART_POSTGRESQL = "restart_postgresql", "immediate restart of PostgreSQL"

    text: str

    def __new__(cls, name: str, text: str) -> Self:
        """A member is its name, with its text for people."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.text = text
        return member

    @property
    def of_worker(self) -> bool:
        """Whether a worker is disturbed, and not a server."""
        return "{worker}" in self.text


@dataclass(frozen=True)
class Fault:
    """One fault: its second after the start of the load, its kind, and the worker it is for (1, 2, ...).

    Another worker takes its place if that one is not running. `place` chooses among the worker's processes, in
    thousandths. Kinds that are for a server leave both unused.
    """

    at_s: float
    kind: Kind
    worker: int
    place: int


def series(seed: int, seconds: float, workers: int) -> list[Fault]:
    """The faults of a seed in the order of their seconds, all before `seconds`; at least one.

    Every kind happens before any happens again, and the gaps between two faults are random.
    """
    return list(_dealt(Random(seed), seconds, workers))


def _dealt(random: Random, seconds: float, workers: int) -> Iterator[Fault]:
    kinds = Deck(random, list(Kind))
    at = shown = FIRST_S
    while True:
        worker, place = 1 + int(random.random() * workers), int(random.random() * PLACES)
        yield Fault(shown, kinds.deal(), worker, place)
        at += SHORTEST_GAP_S + random.random() * (LONGEST_GAP_S - SHORTEST_GAP_S)
        shown = round(at, 1)
        if shown >= seconds:
            return
