"""Columns that PostgreSQL fills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.names import LINEAGE, check_column
from sluice.errors import ConfigError


@dataclass(frozen=True)
class Generated(Declaration):
    """A column that PostgreSQL computes from others, e.g. `Generated("minutes", "numeric", "seconds / 60.0")`."""

    name: str
    pg_type: str
    expression: str

    def __post_init__(self) -> None:
        check_column("Generated column", self.name)
        if self.name in LINEAGE:
            raise ConfigError(f"Generated column {self.name!r} is reserved: Sluice adds it to every table.")


@dataclass(frozen=True)
class Identity(Declaration):
    """A column in which PostgreSQL numbers the rows: `generated=[Identity("id")]`, a bigint, always as identity.

    A row keeps its number while it is updated. A row that is deleted and loaded again gets another one.
    """

    name: str
    pg_type: ClassVar[str] = "bigint"

    def __post_init__(self) -> None:
        check_column("Identity column", self.name)
        if self.name in LINEAGE:
            raise ConfigError(f"Identity column {self.name!r} is reserved: Sluice adds it to every table.")
