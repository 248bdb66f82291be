"""The requested values of an object: determined once for each list of keys, then cached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from operator import itemgetter
from typing import Any

from sluice.engine.formats.jsonl.values import InvalidLine, Value
from sluice.engine.formats.text.header import plain

Keys = tuple[str, ...]
Row = tuple[Any, ...]
"""The requested values in order, and last the number of the line."""

_REMEMBERED = 4096  # if nulls are omitted, nearly every object has another list of keys


class Layouts:
    """Rows from the values of objects, by the objects' keys. At least one header must be requested."""

    def __init__(self, requested: tuple[str, ...]) -> None:
        self._requested = requested
        self._places: dict[str, list[int]] = {}
        for place, name in enumerate(requested):
            self._places.setdefault(plain(name), []).append(place)
        self._places_of_key: dict[str, list[int]] = {}
        self._picks: dict[Keys, Callable[[Row], Row]] = {}

    def pick(self, keys: Keys, values: tuple[Value, ...], line: int) -> Row:
        """The row of an object. Raises InvalidLine `duplicate_key`."""
        known = self._picks.get(keys)
        if known is None:
            known = self._made(keys)
            if len(self._picks) < _REMEMBERED:
                self._picks[keys] = known
        return known((*values, None, line))

    def _made(self, keys: Keys) -> Callable[[Row], Row]:
        absent = len(keys)  # the position of null, after the values
        positions = [absent] * len(self._requested)
        for at, key in enumerate(keys):
            for place in self._of(key):
                if positions[place] != absent:
                    name = self._requested[place]
                    raise InvalidLine(name, "duplicate_key", f"More than one key of the object is named {name!r}.")
                positions[place] = at
        if len(set(keys)) < len(keys):
            ((twice, _),) = Counter(keys).most_common(1)
            raise InvalidLine(None, "duplicate_key", f"The key {twice[:60]!r} is in the object twice.")
        return itemgetter(*positions, absent + 1)

    def _of(self, key: str) -> list[int]:
        """The positions in a row for the value of a key."""
        known = self._places_of_key.get(key)
        if known is None:
            known = self._places_of_key[key] = self._places.get(plain(key), [])
        return known
