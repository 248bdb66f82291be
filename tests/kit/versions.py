"""Which versions a table must have after runs that came one after another: lists and dictionaries in Python.

It imports nothing of Sluice. A row is a mapping of columns to texts; a moment is the number of a run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.kit.dictionary import Row, Updated

Key = tuple[str | None, ...]
Loaded = tuple[str, Sequence[Row]]


@dataclass
class Version:
    """A row as it was from the moment of a run until that of another; None: it still is."""

    key: Key
    row: Row
    begun: int
    ended: int | None = None


@dataclass
class Versions:
    """All versions of the rows of an updated table."""

    table: Updated
    every: list[Version] = field(default_factory=list)

    def run(
        self, number: int, files: Sequence[Loaded], *, reload: bool = False, snapshot: Sequence[Loaded] = ()
    ) -> dict[str, int]:
        """Apply one run's files. Rows of no file of `snapshot`, of which some may have been loaded before, go.

        Returns the run's books.
        """
        books = self.table.run(files, reload=reload)
        if snapshot:
            self._remove({(row["id"],) for _, rows in snapshot for row in rows})
        self._note(number)
        return books

    def _remove(self, there: Iterable[Key]) -> None:
        for key in set(self.table.rows) - set(there):
            del self.table.rows[key], self.table.origin[key]

    def _note(self, number: int) -> None:
        open_ones = {each.key: each for each in self.every if each.ended is None}
        for key, version in open_ones.items():
            if self.table.rows.get(key) != version.row:
                version.ended = number
        for key, row in self.table.rows.items():
            if key not in open_ones or open_ones[key].ended is not None:
                self.every.append(Version(key, dict(row), number))
