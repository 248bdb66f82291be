"""Rows of one key: which of them stays, by the rules of a run, for a table that has none of these keys yet.

First the hashes of all keys tell which rows may share a key. Only the parts that have such rows are read again, and the
rows compared by their values: at most about MOST_ROWS at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from sluice.engine.declare import Table
from sluice.engine.ledger.parts import PartWork
from sluice.engine.preview.keys import Hashes, hashes_of, met_again
from sluice.engine.preview.parts import read_rows
from sluice.engine.preview.reasons import Example
from sluice.engine.rows.contract import Contract
from sluice.errors import InputChanged

MOST_ROWS = 500_000
_KEPT = 10_000  # merged rows: of these only the first are shown

Values = tuple[Any, ...]


@dataclass(frozen=True)
class KeyedPart:
    """A part of the file number `input`, and the hashes of the keys of its good rows, in the order of their lines."""

    input: int
    work: PartWork
    kept: int
    hashes: Hashes


@dataclass
class Verdict:
    """What became of the rows of one file that lost: how many are duplicates, how many are in conflict with another
    row, with examples of those, and the lines of both."""

    duplicate: int = 0
    conflicts: int = 0
    examples: list[Example] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Row:
    input: int
    uri: str
    line: int
    values: Values
    absent: frozenset[str]


class Judge:
    """Decides the contested keys of one table, over all files of a preview.

    `merged` are rows of an update that files without all columns have changed: values by (file, line).
    """

    def __init__(self, table: Table, contract: Contract, shown: int) -> None:
        self._table, self._contract, self._shown = table, contract, shown
        self._names = [column.name for column in table.columns]
        self._key = [self._names.index(name) for name in table.key]
        self.verdicts: dict[int, Verdict] = {}
        self.merged: dict[tuple[int, int], Values] = {}

    def judge(self, parts: Sequence[KeyedPart]) -> None:
        """Judge all rows whose key another row has. Raises as `read_rows` does."""
        several = met_again([part.hashes for part in parts])
        found = sum(int(np.isin(part.hashes, several).sum()) for part in parts) if len(several) else 0
        passes = -(-found // MOST_ROWS)
        for number in range(passes):
            chosen = several[several % np.uint64(passes) == np.uint64(number)]
            by_key: dict[Values, list[_Row]] = {}
            for row in self._candidates(parts, chosen):
                by_key.setdefault(tuple(row.values[at] for at in self._key), []).append(row)
            for rows in by_key.values():
                if len(rows) > 1:
                    self._decide(rows)
            self._forget_some()

    def _candidates(self, parts: Sequence[KeyedPart], chosen: Hashes) -> Iterator[_Row]:
        """The rows with these hashes, read again, in the order of files and lines."""
        for part in parts:
            marks = np.isin(part.hashes, chosen)
            if not marks.any():
                continue
            read = read_rows(part.work, part.kept, self._contract)
            good = read.good
            if not np.array_equal(hashes_of(read.done.typed, self._table.key, good), part.hashes):
                raise InputChanged(
                    f"{part.work.uri}: the transform gave other rows when it was called again; its result must depend "
                    "on the frame alone."
                )
            rows = read.done.typed.take(pa.array(good[marks]))
            columns = [rows.column(name).to_pylist() for name in self._names]
            lines = rows.column("_line").to_pylist()
            absent = frozenset(part.work.absent) - set(self._table.key)
            for line, *values in zip(lines, *columns, strict=True):
                yield _Row(part.input, part.work.uri, line, tuple(values), absent)

    def _decide(self, rows: Sequence[_Row]) -> None:
        if self._contract.newest_wins:
            for row in rows[:-1]:
                verdict = self.verdicts.setdefault(row.input, Verdict())
                verdict.duplicate += 1
                verdict.lost.append(row.line)
            if any(row.absent for row in rows):
                self.merged[rows[-1].input, rows[-1].line] = self._merge(rows)
            return
        first = rows[0]
        for row in rows[1:]:
            verdict = self.verdicts.setdefault(row.input, Verdict())
            verdict.lost.append(row.line)
            if row.values == first.values:
                verdict.duplicate += 1
            else:
                verdict.conflicts += 1
                verdict.examples.append(self._conflict(row, first))

    def _merge(self, rows: Sequence[_Row]) -> Values:
        """The newest values; of columns that a file does not have those of the rows before it."""
        values = rows[0].values
        for row in rows[1:]:
            given = zip(self._names, row.values, values, strict=True)
            values = tuple(old if name in row.absent else new for name, new, old in given)
        return values

    def _conflict(self, row: _Row, first: _Row) -> Example:
        where = "the same file" if row.input == first.input else first.uri
        reason = (
            f"The same key ({', '.join(self._table.key)}) has other values in line {first.line} of {where}, "
            "which comes first."
        )
        return Example(row.line, reason, other_line=first.line, other_uri=first.uri)

    def _forget_some(self) -> None:
        for verdict in self.verdicts.values():
            verdict.examples = sorted(verdict.examples, key=lambda each: each.line)[:3]
        if len(self.merged) > max(_KEPT, self._shown):
            first = sorted(self.merged)[: max(_KEPT, self._shown)]
            self.merged = {place: self.merged[place] for place in first}
