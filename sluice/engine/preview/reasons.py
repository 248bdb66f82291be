"""Why rows are refused, counted by column and code, each with examples and the texts that were refused.

A row is refused for its first column that is wrong. For hints the others are looked at, too: all that is wrong with a
file is shown at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.declare import Table
from sluice.engine.rows.contract.apply import read_column
from sluice.engine.rows.contract.refusals import Refusals
from sluice.engine.rows.rejects import OTHER_LINE

EXAMPLES = 3
TEXTS = 2_000  # of one column, for hints


@dataclass(frozen=True)
class Example:
    """A refused row: its line, the reason, its text where a column is to blame, and the line that the reason names."""

    line: int
    reason: str
    text: str | None = None
    other_line: int | None = None
    other_uri: str | None = None


@dataclass
class Group:
    """Refused rows of one column and code."""

    rows: int = 0
    examples: list[Example] = field(default_factory=list)

    def add(self, rows: int, examples: list[Example]) -> None:
        """Count rows; of the examples those of the first lines stay."""
        self.rows += rows
        self.examples = sorted([*self.examples, *examples], key=lambda each: each.line)[:EXAMPLES]


class Reasons:
    """The refused rows of one file. `texts` are those that columns refuse of the first of them, `fits` the others."""

    def __init__(self) -> None:
        self.groups: dict[tuple[str | None, str], Group] = {}
        self.texts: dict[str, list[str]] = {}
        self.fits: dict[str, list[str]] = {}

    @property
    def rows(self) -> int:
        """How many rows are refused."""
        return sum(group.rows for group in self.groups.values())

    def group(self, column: str | None, code: str) -> Group:
        """The group of a column and code."""
        return self.groups.setdefault((column, code), Group())

    def add(self, refused: pa.Table, text: pa.Table | None, table: Table) -> None:
        """Count the rejects of a part; `text` are its rows as the types got them, where types have refused them."""
        for column, code, rows in _by_reason(refused):
            shown = rows.slice(0, EXAMPLES)
            cells = _rows_at(text, shown) if text is not None and column is not None else None
            header = next((each.header_name for each in table.columns if each.name == column), "")
            texts = cells.column(header).to_pylist() if cells is not None else [None] * shown.num_rows
            self.group(column, code).add(
                rows.num_rows,
                [
                    Example(row["line"], row["reason"], value, row.get(OTHER_LINE))
                    for row, value in zip(shown.to_pylist(), texts, strict=True)
                ],
            )
        if text is not None:
            self._keep_texts(text, refused, table)

    def _keep_texts(self, text: pa.Table, refused: pa.Table, table: Table) -> None:
        """Keep what each column refuses of the rows that one of them has refused."""
        by_type = refused.filter(pc.is_valid(refused.column("column"))).slice(0, TEXTS)
        if not by_type.num_rows:
            return
        rows = _rows_at(text, by_type)
        for column in table.columns:
            cells = rows.column(column.header_name).cast(pa.string()).combine_chunks()
            refusals = Refusals(np.arange(rows.num_rows))
            read_column(column, cells, refusals)
            for kept, which in ((self.texts, refusals.failed), (self.fits, ~refusals.failed)):
                known = kept.setdefault(column.name, [])
                known += [value for value in cells.filter(pa.array(which)).to_pylist() if value][: TEXTS - len(known)]


def _rows_at(text: pa.Table, refused: pa.Table) -> pa.Table:
    """The rows of rejects, by their lines, which ascend in `text`."""
    at = np.searchsorted(text.column("_line").to_numpy(), refused.column("line").to_numpy())
    return text.take(pa.array(at))


def _by_reason(refused: pa.Table) -> Iterator[tuple[str | None, str, pa.Table]]:
    """The rejects of each column and code, by line."""
    pairs = refused.select(["column", "code"]).group_by(["column", "code"]).aggregate([])
    for pair in pairs.to_pylist():
        column, code = pair["column"], pair["code"]
        named = refused.column("column")
        of_column = pc.is_null(named) if column is None else pc.fill_null(pc.equal(named, column), False)
        yield column, code, refused.filter(pc.and_(of_column, pc.equal(refused.column("code"), code))).sort_by("line")
