"""What a table must hold after runs that came one after another: a dictionary in Python, and its books.

It imports nothing of Sluice. A file is a list of rows, a row a mapping of columns to texts; columns that a file does
not have are not in its rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Row = dict[str, str | None]
BOOKS = ("read", "loaded", "updated", "unchanged", "duplicate", "rejected")


@dataclass
class Updated:
    """A table with `on_conflict="update"`: the newest row of each key has it."""

    key: tuple[str, ...]
    columns: tuple[str, ...]
    rows: dict[tuple[str | None, ...], Row] = field(default_factory=dict)
    origin: dict[tuple[str | None, ...], str] = field(default_factory=dict)

    def run(self, files: Sequence[tuple[str, Sequence[Row]]], *, reload: bool = False) -> dict[str, int]:
        """Apply one run's files, each with the name of its content, in order. Returns the run's books."""
        if reload:
            names = {name for name, _ in files}
            for key in [key for key, name in self.origin.items() if name in names]:
                del self.rows[key], self.origin[key]
        before = {key: dict(row) for key, row in self.rows.items()}
        touched = set()
        for name, rows in files:
            for row in rows:
                key = tuple(row[column] for column in self.key)
                touched.add(key)
                self.rows[key] = self.rows.get(key, dict.fromkeys(self.columns)) | row
                self.origin[key] = name
        read = sum(len(rows) for _, rows in files)
        known = [key for key in touched if key in before]
        unchanged = sum(self.rows[key] == before[key] for key in known)
        counts = (read, len(touched) - len(known), len(known) - unchanged, unchanged, read - len(touched), 0)
        return dict(zip(BOOKS, counts, strict=True))


@dataclass
class Kept:
    """A table with `on_conflict="keep"`: the first row of each key has it; others are duplicates or refused."""

    key: tuple[str, ...]
    columns: tuple[str, ...]
    rows: dict[tuple[str | None, ...], Row] = field(default_factory=dict)
    origin: dict[tuple[str | None, ...], str] = field(default_factory=dict)

    def run(self, files: Sequence[tuple[str, Sequence[Row]]], *, reload: bool = False) -> dict[str, int]:
        """As of `Updated`."""
        if reload:
            names = {name for name, _ in files}
            for key in [key for key, name in self.origin.items() if name in names]:
                del self.rows[key], self.origin[key]
        books = dict.fromkeys(BOOKS, 0)
        for name, rows in files:
            for row in rows:
                key = tuple(row[column] for column in self.key)
                whole = dict.fromkeys(self.columns) | row
                verdict = "loaded" if key not in self.rows else "duplicate" if self.rows[key] == whole else "rejected"
                if verdict == "loaded":
                    self.rows[key], self.origin[key] = whole, name
                books["read"] += 1
                books[verdict] += 1
        return books
