"""Which versions, or marked rows, a table must have after runs that came one after another, in plain Python.

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


@dataclass
class Marks:
    """Rows of an updated table that takes snapshots, and since when the newest one does not have them."""

    table: Updated
    marked: dict[Key, int] = field(default_factory=dict)

    def run(
        self, number: int, files: Sequence[Loaded], *, reload: bool = False, snapshot: Sequence[Loaded] = ()
    ) -> dict[str, int]:
        """As of `Versions`. A marked row that comes again is updated, also if it has the values that it had."""
        before = {key: dict(row) for key, row in self.table.rows.items()}
        books = self.table.run(files, reload=reload)
        for key in {(row["id"],) for _, rows in files for row in rows} & set(self.marked):
            del self.marked[key]
            if self.table.rows[key] == before[key]:
                books["unchanged"] -= 1
                books["updated"] += 1
        there = {(row["id"],) for _, rows in snapshot for row in rows}
        for key in set(self.table.rows) - there - set(self.marked):
            self.marked[key] = number
        return books
