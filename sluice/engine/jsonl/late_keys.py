"""Wanted keys that the first lines do not have: found wherever they come, while the file is counted.

So that what a file does not have at all is known when it is planned, as it is of a CSV by its header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sluice.engine.csv.header import plain
from sluice.engine.jsonl.values import Unfit, read_object

_ESCAPED_KEY = re.compile(r'\\u[0-9a-f]{4}[^"\n]*"\s*:')


class LateKeys:
    """Keys that are looked for; `found` are the names under which they came, in order of appearance."""

    def __init__(self, wanted: Iterable[str], known: Iterable[str]) -> None:
        there = {plain(name) for name in known}
        self.found: list[str] = []
        self._missing = {plain(name) for name in wanted} - there
        self._pattern = self._compiled()

    def look(self, data: bytes) -> None:
        """Look through whole lines, and what may be a beginning of one. Quick where none of the keys is in them."""
        if not self._missing:
            return
        text = data.decode(errors="replace").casefold()
        if not any(name in text for name in self._missing) and not _ESCAPED_KEY.search(text):
            return
        for line in data.split(b"\n"):
            self._look_at(line)
            if not self._missing:
                return

    def _look_at(self, line: bytes) -> None:
        try:
            text = line.decode()
            folded = text.casefold()
            if not self._pattern.search(folded) and not _ESCAPED_KEY.search(folded):
                return
            keys = [key for key, _ in read_object(text)]
        except (Unfit, UnicodeDecodeError):
            return
        for key in keys:
            if plain(key) in self._missing:
                self._missing.discard(plain(key))
                self.found.append(key)
                self._pattern = self._compiled()

    def _compiled(self) -> re.Pattern[str]:
        names = "|".join(map(re.escape, sorted(self._missing)))
        return re.compile(rf'"[\s\ufeff]*(?:{names})[\s\ufeff]*"\s*:')
