"""Seeded choices: a shuffled deck, and a memory that keeps a fair sample of what it saw.

Only `random()` is drawn from: it is the one method whose sequence Python promises to keep, so a seed
gives the same bytes on every version.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Generic, TypeVar

REMEMBERED = 1_024
T = TypeVar("T")


def some(random: Random, things: Sequence[T], count: int) -> list[T]:
    """`count` different things (all, if there are not so many) in random order."""
    left = list(things)
    count = min(count, len(left))
    for n in range(count):
        other = n + int(random.random() * (len(left) - n))
        left[n], left[other] = left[other], left[n]
    return left[:count]


class Deck(Generic[T]):
    """Deals cards in random order, every one before any comes again."""

    def __init__(self, random: Random, cards: Sequence[T]) -> None:
        self._random, self._cards = random, cards
        self._left: list[T] = []

    def deal(self) -> T:
        if not self._left:
            self._left = some(self._random, self._cards, len(self._cards))
        return self._left.pop()


class Memory(Generic[T]):
    """The last thing kept, and a fair sample (Vitter's algorithm R) of all that ever were."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._seen = 0
        self._sample: list[T] = []
        self._last: list[T] = []

    def keep(self, thing: T) -> None:
        self._seen += 1
        self._last = [thing]
        if len(self._sample) < REMEMBERED:
            self._sample.append(thing)
        elif (place := int(self._random.random() * self._seen)) < REMEMBERED:
            self._sample[place] = thing

    def recall(self) -> T:
        """One of the things kept: the last one for a quarter of the calls. IndexError if there are none."""
        among = self._last if self._random.random() < 0.25 else self._sample
        return among[int(self._random.random() * len(among))]
