"""Rows of one key: which of them stays, by the rules of a run, for a table that has none of these keys yet.

First the hashes of all keys tell which rows may share a key. Only the parts that have such rows are read again, and the
rows compared by their values, whole columns at a time: about MOST_ROWS in memory at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.declare import Table
from sluice.engine.ledger.parts import PartWork
from sluice.engine.preview.keys import Hashes, hashes_of, met_again
from sluice.engine.preview.merged import Values, merged_rows
from sluice.engine.preview.parts import read_rows
from sluice.engine.preview.reasons import EXAMPLES, Example
from sluice.engine.rows.contract import Contract
from sluice.engine.rows.contract.order import key_order
from sluice.engine.types.base import ColumnType, Int64s, Mask
from sluice.errors import InputChanged

MOST_ROWS = 1_000_000
PART = "Part"  # which of the parts a row is of, from 0: declared columns have no capital letters


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
    lost: list[Int64s] = field(default_factory=list)


class Judge:
    """Decides the contested keys of one table, over all files of a preview.

    `merged` are rows of an update that files without all columns have changed: values by (file, line).
    """

    def __init__(self, table: Table, contract: Contract, shown: int) -> None:
        self._table, self._contract, self._shown = table, contract, shown
        self.verdicts: dict[int, Verdict] = {}
        self.merged: dict[tuple[int, int], Values] = {}

    def judge(self, parts: Sequence[KeyedPart]) -> None:
        """Judge all rows whose key another row has. Raises as `read_rows` does."""
        if self._table.key is None:  # every line is a row
            return
        several = met_again([part.hashes for part in parts])
        found = sum(int(np.isin(part.hashes, several).sum()) for part in parts) if len(several) else 0
        passes = -(-found // MOST_ROWS)
        for number in range(passes):
            chosen = several[several % np.uint64(passes) == np.uint64(number)]
            tables = list(self._candidates(parts, chosen))
            if tables:
                self._decide(parts, pa.concat_tables(tables).combine_chunks())

    def _candidates(self, parts: Sequence[KeyedPart], chosen: Hashes) -> Iterator[pa.Table]:
        """The rows with these hashes, read again, in the order of files and lines."""
        for number, part in enumerate(parts):
            marks = np.isin(part.hashes, chosen)
            if not marks.any():
                continue
            read = read_rows(part.work, part.kept, self._contract)
            good = read.good
            if not np.array_equal(hashes_of(read.done.typed, self._table.identity, good), part.hashes):
                raise InputChanged(
                    f"{part.work.uri}: the transform gave other rows when it was called again; its result must depend "
                    "on the frame alone."
                )
            rows = read.done.typed.take(pa.array(good[marks]))
            yield rows.append_column(PART, pa.array(np.full(rows.num_rows, number)))

    def _decide(self, parts: Sequence[KeyedPart], rows: pa.Table) -> None:
        """Decide between rows, which are in the order of their places."""
        keys = [rows.column(name).combine_chunks() for name in self._table.identity]
        order = key_order(keys, np.arange(rows.num_rows))
        first = np.flatnonzero(~order.repeats)  # of each key, in the order of keys
        sizes = np.diff(np.append(first, len(order.rows)))
        last = first + sizes - 1
        wins = order.rows[last if self._contract.newest_wins else first]
        winner = np.empty(rows.num_rows, np.int64)
        winner[order.rows] = np.repeat(wins, sizes)
        losers = np.flatnonzero(winner != np.arange(rows.num_rows))
        equal = np.ones(len(losers), np.bool_) if self._contract.newest_wins else self._equal(rows, losers, winner)
        self._count(parts, rows, losers, winner[losers], equal)
        if self._contract.newest_wins and any(part.work.absent for part in parts):
            groups = [order.rows[start : end + 1] for start, end in zip(first, last, strict=True) if end > start]
            groups.sort(key=lambda group: int(group[-1]))
            self.merged |= merged_rows(self._table, parts, rows, groups[: self._shown])
            self.merged = {place: self.merged[place] for place in sorted(self.merged)[: self._shown]}

    def _equal(self, rows: pa.Table, losers: Int64s, winner: Int64s) -> Mask:
        """Which losers have all values of their winner; null equals null."""
        same = np.ones(len(losers), np.bool_)
        for column in self._table.columns:
            values = rows.column(column.name).combine_chunks()
            left, right = values.take(pa.array(losers)), values.take(pa.array(winner[losers]))
            if column.type.nested:
                same &= _same_nested(column.type, left, right)
                continue
            both_null = pc.and_(left.is_null(), right.is_null())
            equal = pc.or_(pc.fill_null(pc.equal(left, right), False), both_null)
            same &= equal.to_numpy(zero_copy_only=False)
        return same

    def _count(self, parts: Sequence[KeyedPart], rows: pa.Table, losers: Int64s, winners: Int64s, equal: Mask) -> None:
        of_part = rows.column(PART).to_numpy()
        lines = rows.column("_line").to_numpy()
        edges = np.searchsorted(of_part[losers], np.arange(len(parts) + 1))  # losers are in the order of places
        for number in np.unique(of_part[losers]).tolist():
            here = slice(edges[number], edges[number + 1])
            verdict = self.verdicts.setdefault(parts[number].input, Verdict())
            verdict.lost.append(lines[losers[here]])
            verdict.duplicate += int(equal[here].sum())
            unlike = np.flatnonzero(~equal[here]) + here.start
            verdict.conflicts += len(unlike)
            found = [
                self._conflict(
                    int(lines[losers[at]]), parts[number], int(lines[winners[at]]), parts[of_part[winners[at]]]
                )
                for at in unlike[:EXAMPLES].tolist()
            ]
            verdict.examples = sorted([*verdict.examples, *found], key=lambda each: each.line)[:EXAMPLES]

    def _conflict(self, line: int, part: KeyedPart, other_line: int, other: KeyedPart) -> Example:
        where = "the same file" if part.input == other.input else other.work.uri
        reason = (
            f"The same key ({', '.join(self._table.identity)}) has other values in line {other_line} of {where}, "
            "which comes first."
        )
        return Example(line, reason, other_line=other_line, other_uri=other.work.uri)


def _same_nested(kind: ColumnType, left: pa.Array, right: pa.Array) -> Mask:
    """Which documents and arrays are equal as PostgreSQL compares them: 1.0 is 1, and members have no order."""
    pairs = zip(left.to_pylist(), right.to_pylist(), strict=True)
    return np.array([kind.compared(one) == kind.compared(other) for one, other in pairs], np.bool_)


def lines_lost(verdict: Verdict) -> Int64s:
    """The lines of a file whose rows lost."""
    return np.concatenate([np.zeros(0, np.int64), *verdict.lost])
