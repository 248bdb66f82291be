"""Which of an object's values are wanted: worked out once for each list of keys, then remembered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from operator import itemgetter
from typing import Any

from sluice.engine.formats.jsonl.values import Unfit, Value
from sluice.engine.formats.text.header import plain

Keys = tuple[str, ...]
Row = tuple[Any, ...]
"""The wanted values in order, and last the number of the line."""

_REMEMBERED = 4096  # where nulls are left out, nearly every object has a list of keys of its own


class Layouts:
    """How rows are made from the values of objects, by the objects' keys. At least one header is wanted."""

    def __init__(self, wanted: tuple[str, ...]) -> None:
        self._wanted = wanted
        self._places: dict[str, list[int]] = {}
        for place, name in enumerate(wanted):
            self._places.setdefault(plain(name), []).append(place)
        self._places_of_key: dict[str, list[int]] = {}
        self._picks: dict[Keys, Callable[[Row], Row]] = {}

    def pick(self, keys: Keys, values: tuple[Value, ...], line: int) -> Row:
        """The row of an object. Raises Unfit `duplicate_key`."""
        found = self._picks.get(keys)
        if found is None:
            found = self._made(keys)
            if len(self._picks) < _REMEMBERED:
                self._picks[keys] = found
        return found((*values, None, line))

    def _made(self, keys: Keys) -> Callable[[Row], Row]:
        absent = len(keys)  # where null stands, behind the values
        positions = [absent] * len(self._wanted)
        for at, key in enumerate(keys):
            for place in self._of(key):
                if positions[place] != absent:
                    name = self._wanted[place]
                    raise Unfit(name, "duplicate_key", f"More than one key of the object is called {name!r}.")
                positions[place] = at
        if len(set(keys)) < len(keys):
            ((twice, _),) = Counter(keys).most_common(1)
            raise Unfit(None, "duplicate_key", f"The key {twice[:60]!r} stands in the object twice.")
        return itemgetter(*positions, absent + 1)

    def _of(self, key: str) -> list[int]:
        """The places in a row that the value of a key goes to."""
        found = self._places_of_key.get(key)
        if found is None:
            found = self._places_of_key[key] = self._places.get(plain(key), [])
        return found
