"""Where defects go: one in so many rows, at least one of each kind, no place twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from random import Random
from typing import TypeVar

from sluice.samples.chance import some

T = TypeVar("T")


def planted(random: Random, rows: int, one_in: Mapping[T, int], *, but: Collection[int] = ()) -> dict[int, T]:
    """The kind of thing at each chosen place below `rows`, none of them in `but`; every other row is plain."""
    wanted = [kind for kind, often in one_in.items() for _ in range(max(1, rows // often))]
    places = [place for place in range(rows) if place not in but]
    return dict(zip(some(random, places, len(wanted)), wanted, strict=True))


def below(random: Random, limit: int) -> int:
    """A whole number from 0 to `limit` - 1."""
    return int(random.random() * limit)


def one_of(random: Random, things: Sequence[T]) -> T:
    """One of the things."""
    return things[below(random, len(things))]


def money(cents: int | None) -> str:
    """Cents as `-12.34`; None is an empty text."""
    if cents is None:
        return ""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
