"""An independent count of the mixture's files: what they must come to, row by row. It imports nothing of Sluice."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

WHOLE = re.compile(r"[+-]?\d+")

Row = tuple[object, ...]


class Line(NamedTuple):
    """A record that fits: its line, its key, and its other values."""

    line: int
    key: int
    values: Row


@dataclass
class Read:
    """A file: how many records it has, those that fit, and (line, code) of each of the others."""

    read: int = 0
    fit: list[Line] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)


class Books(NamedTuple):
    """How the rows of one input are counted."""

    read: int
    loaded: int
    updated: int
    unchanged: int
    duplicate: int
    rejected: int


class Input(NamedTuple):
    """One input of a run, as it was registered."""

    id: int
    run: int
    position: int
    path: Path
    reload: bool


@cache
def read_file(path: Path) -> Read:
    """The records of a file whose first column is the key and whose last one is a number. A file never changes."""
    found = Read()
    with path.open(newline="", encoding="utf-8") as file:
        _, *records = csv.reader(file)
    for line, cells in enumerate(records, 2):
        found.read += 1
        if not cells[0]:
            found.refused.append((line, "missing"))
        elif not WHOLE.fullmatch(cells[-1]):
            found.refused.append((line, "not_integer"))
        else:
            found.fit.append(Line(line, int(cells[0]), (*cells[1:-1], int(cells[-1]))))
    return found


@cache
def kept(path: Path) -> tuple[dict[int, Row], tuple[tuple[int, str], ...], int]:
    """A file of a table that keeps the first row of a key: its rows, its rejects, and how many come twice."""
    rows: dict[int, Row] = {}
    found, twice, refused = read_file(path), 0, list(read_file(path).refused)
    for line, key, values in found.fit:
        if rows.setdefault(key, values) is values:
            continue
        if rows[key] == values:
            twice += 1
        else:
            refused.append((line, "key_conflict"))
    return rows, tuple(sorted(refused)), twice


def updated(inputs: Sequence[Input], skipped: Iterable[int]) -> tuple[dict[int, Row], dict[int, Books]]:
    """A table whose newest row has the key, after these inputs, one run after the other; and the books of each input.

    `skipped` are inputs that were not loaded, because their content was there: they must not have changed anything.
    """
    table: dict[int, tuple[Row, Path]] = {}
    books: dict[int, Books] = {}
    by_run: dict[int, list[Input]] = defaultdict(list)
    for each in sorted(inputs, key=lambda each: (each.run, each.position)):
        by_run[each.run].append(each)
    left_out = set(skipped)
    for run in by_run.values():
        if run[0].reload:
            again = {each.path for each in run}
            table = {key: row for key, row in table.items() if row[1] not in again}
        _apply(table, run, left_out, books)
    return {key: values for key, (values, _) in table.items()}, books


def _apply(
    table: dict[int, tuple[Row, Path]], run: Sequence[Input], skipped: set[int], books: dict[int, Books]
) -> None:
    """One run: of the rows of a key the last one counts, and each before it is a duplicate."""
    last = {row.key: (each.id, row.line) for each in run for row in read_file(each.path).fit}
    for each in run:
        found = read_file(each.path)
        counts = {"loaded": 0, "updated": 0, "unchanged": 0, "duplicate": 0}
        for line, key, values in found.fit:
            if last[key] != (each.id, line):
                counts["duplicate"] += 1
                continue
            before = table.get(key)
            kind = "loaded" if before is None else "unchanged" if before[0] == values else "updated"
            counts[kind] += 1
            if each.id not in skipped:
                table[key] = values, each.path  # an equal row takes the place of the older one, too
        assert each.id not in skipped or not (counts["loaded"] or counts["updated"]), f"{each} was not loaded"
        books[each.id] = Books(found.read, **counts, rejected=len(found.refused))


def sums(rows: Mapping[int, Row], as_of: str) -> dict[object, tuple[int, int]]:
    """Of each item: how many rows there are up to a day, and the sum of their last column. Rows are (day, item, n)."""
    found: dict[object, tuple[int, int]] = {}
    for day, item, amount in rows.values():
        if str(day) <= as_of:
            many, total = found.get(item, (0, 0))
            found[item] = many + 1, total + int(str(amount))
    return found


def groups(rows: Mapping[int, Row]) -> dict[object, tuple[int, int]]:
    """Of each group: how many rows there are, and the sum of their last column. Rows are (group, n)."""
    found: dict[object, tuple[int, int]] = {}
    for group, price in rows.values():
        many, total = found.get(group, (0, 0))
        found[group] = many + 1, total + int(str(price))
    return found
