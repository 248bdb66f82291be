"""Why rows are refused, counted by column and code, each with examples and the texts that were refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.declare import Table
from sluice.engine.rows.rejects import OTHER_LINE

EXAMPLES = 3
TEXTS = 2_000  # of one column and code, for hints


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
    texts: list[str] = field(default_factory=list)

    def add(self, rows: int, examples: list[Example]) -> None:
        """Count rows; of the examples those of the first lines stay."""
        self.rows += rows
        self.examples = sorted([*self.examples, *examples], key=lambda each: each.line)[:EXAMPLES]


class Reasons:
    """The refused rows of one file."""

    def __init__(self) -> None:
        self.groups: dict[tuple[str | None, str], Group] = {}

    @property
    def rows(self) -> int:
        """How many rows are refused."""
        return sum(group.rows for group in self.groups.values())

    def group(self, column: str | None, code: str) -> Group:
        """The group of a column and code."""
        return self.groups.setdefault((column, code), Group())

    def add(self, refused: pa.Table, text: pa.Table | None, table: Table) -> None:
        """Count the rejects of a part, with the texts of its columns where types have refused them."""
        for column, code, rows in _by_reason(refused):
            group = self.group(column, code)
            shown = rows.slice(0, EXAMPLES).to_pylist()
            texts = [] if text is None or column is None else _texts(table, column, text, rows, TEXTS)
            examples = [
                Example(row["line"], row["reason"], texts[at] if at < len(texts) else None, row.get(OTHER_LINE))
                for at, row in enumerate(shown)
            ]
            group.add(rows.num_rows, examples)
            group.texts += texts[: TEXTS - len(group.texts)]


def _by_reason(refused: pa.Table) -> Iterator[tuple[str | None, str, pa.Table]]:
    """The rejects of each column and code, by line."""
    pairs = refused.select(["column", "code"]).group_by(["column", "code"]).aggregate([])
    for pair in pairs.to_pylist():
        column, code = pair["column"], pair["code"]
        named = refused.column("column")
        of_column = pc.is_null(named) if column is None else pc.fill_null(pc.equal(named, column), False)
        yield column, code, refused.filter(pc.and_(of_column, pc.equal(refused.column("code"), code))).sort_by("line")


def _texts(table: Table, column: str, text: pa.Table, rows: pa.Table, most: int) -> list[str]:
    """The refused texts; none where the column is not one of the table's, as in a record that is not text."""
    header = next((each.header_name for each in table.columns if each.name == column), None)
    if header is None:
        return []
    lines = text.column("_line").to_numpy()
    at = np.searchsorted(lines, rows.slice(0, most).column("line").to_numpy())
    return [value or "" for value in text.column(header).take(pa.array(at)).to_pylist()]
