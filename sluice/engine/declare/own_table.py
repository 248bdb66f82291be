"""Tables that a pipeline's own code fills, such as a forecast: Sluice creates, exports and serves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.names import check_column, check_table, twice
from sluice.errors import ConfigError


@dataclass(frozen=True)
class OwnTable(Declaration):
    """A table with a key and `columns` (name -> PostgreSQL type), which neither loads nor builds write to.

    Columns are never null except those in `nullable`. `numbered` is an identity column (bigint, not in the key).
    `filled_by` is the command that fills it, for messages.
    """

    name: str
    key: Sequence[str]
    columns: Mapping[str, str]
    nullable: Sequence[str] = ()
    numbered: str | None = None
    filled_by: str = ""

    def __post_init__(self) -> None:
        check_table("Table", self.name)
        for name in self.columns:
            check_column("Column", name)
        mistakes = [f"Key column {name!r} is named twice." for name in twice(self.key)]
        if not self.key:
            mistakes.append("key must not be empty: name the columns that identify a row, key=(...).")
        numbered = () if self.numbered is None else (self.numbered,)
        named = (*self.key, *self.nullable, *numbered)
        mistakes += [f"Column {name!r} is not among its columns." for name in named if name not in self.columns]
        mistakes += [f"Key column {name!r} must not be nullable." for name in self.key if name in self.nullable]
        if mistakes:
            raise ConfigError(f"Table {self.name!r}: " + " ".join(mistakes))
