"""For each column of a table one text with the value that it becomes, and some of the texts that are accepted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from sluice.engine.declare import Column, Table
from sluice.engine.preview.parts import Rows
from sluice.engine.rows.contract.apply import read_column
from sluice.engine.rows.contract.refusals import Refusals

ACCEPTED = 1_000  # of each column, for hints: what is read well must be read as before


class Samples:
    """Collects from the rows of a table's files, in their order."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.read: dict[str, tuple[str, Any]] = {}
        self.accepted: dict[str, list[str]] = {column.name: [] for column in table.columns}

    def add(self, rows: Rows) -> None:
        """Look at the good rows of a part."""
        for column in self._table.columns:
            known = self.accepted[column.name]
            if len(known) >= ACCEPTED:
                continue
            values = rows.done.typed.column(column.name)
            good = rows.good
            # (a default is the value of a cell without a text, too)
            both = values.is_valid().to_numpy() & rows.text.column(column.header_name).is_valid().to_numpy()
            there = good[both[good]][: ACCEPTED - len(known)]
            if not len(there):
                continue
            text = rows.text.column(column.header_name).take(pa.array(there)).to_pylist()
            known += text
            if column.name not in self.read:
                at = _longest(text)
                self.read[column.name] = (text[at], column.type.reads(values[int(there[at])].as_py()))


def read_one(column: Column, text: str) -> tuple[Any, str | None]:
    """The value that a text becomes, and the code if it is refused."""
    refusals = Refusals(np.array([1], np.int64))
    value = read_column(column, pa.array([text], pa.string()), refusals)[0].as_py()
    rejects = refusals.table().column("code").to_pylist()
    return (None, rejects[0]) if rejects else (column.type.reads(value), None)


def _longest(texts: list[str]) -> int:
    """The place of the longest of the first texts: it shows most of how the column is written."""
    return int(np.argmax([len(text) for text in texts[:20]]))
