"""Requested keys that the first lines do not have: searched for in the whole file, while its records are counted.

So the missing keys of a file are known when it is planned, as those of a CSV are from its header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sluice.engine.formats.jsonl.values import InvalidLine, read_object
from sluice.engine.formats.text.header import plain

_ESCAPED_KEY = re.compile(rb'\\u[0-9a-f]{4}[^"\n]*"\s*:')


class LateKeys:
    """Keys to search for; `found` are their names in the file, in order of appearance."""

    def __init__(self, requested: Iterable[str], known: Iterable[str]) -> None:
        present = {plain(name) for name in known}
        self.found: list[str] = []
        self._missing = {plain(name): plain(name).encode() for name in requested if plain(name) not in present}
        self._pattern = self._compiled()

    def look(self, data: bytes) -> None:
        """Search whole lines, and perhaps the beginning of one. Fast if none of the keys is in them."""
        if not self._missing or not self._may_have(_folded(data)):
            return
        for line in data.split(b"\n"):
            if self._may_have(_folded(line)):
                self._look_at(line)

    def _may_have(self, text: bytes) -> bool:
        named = any(name in text for name in self._missing.values()) and self._pattern.search(text)
        return bool(named or (b"\\u" in text and _ESCAPED_KEY.search(text)))

    def _look_at(self, line: bytes) -> None:
        try:
            keys = [key for key, _ in read_object(line.decode())]
        except (InvalidLine, UnicodeDecodeError):
            return
        for key in keys:
            if plain(key) in self._missing:
                del self._missing[plain(key)]
                self.found.append(key)
                self._pattern = self._compiled()

    def _compiled(self) -> re.Pattern[bytes]:
        names = b"|".join(re.escape(name) for name in sorted(self._missing.values()))
        return re.compile(rb'"(?:\s|\xef\xbb\xbf)*(?:' + names + rb')(?:\s|\xef\xbb\xbf)*"\s*:')


def _folded(data: bytes) -> bytes:
    """Case-folded, as names are compared. Folding ASCII is ten times faster than other text."""
    return data.lower() if data.isascii() else data.decode(errors="replace").casefold().encode()
