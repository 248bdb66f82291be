"""The base of tables that a build computes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sluice.engine.base.declaration import Declaration

AS_OF = "as_of"
LATEST = "_latest"  # suffix of the view of the newest date


@dataclass(frozen=True)
class Computed(Declaration):
    """A table with a key and `columns` (name -> PostgreSQL type), which a build brings up to date.

    `value` is a column whose sum and largest changes each build reports, `counted_by` one by whose values it counts
    the rows. `explains` are SELECTs by title, each of the loaded rows for the key `%(key)s`, with their `_input_id` and
    `_line`; for a key of several columns each has its own parameter, such as `%(key_source)s`. `partition_by` is the
    column whose values group the rows that are computed together. `indexes` lists columns to look rows up by,
    `[("customer_id",)]`; the key is appended to each index, so rows are found in the order of the key. `lookups` are
    such lists for builds: smaller indexes, in any order, by which they find the rows that new ones change. `rare` has
    conditions that few rows meet, by column, `{"is_late": "is_late"}`: an index of those rows alone costs little.
    """

    name: str
    key: Sequence[str]
    columns: Mapping[str, str]
    partition_by: str | None = field(default=None, kw_only=True)
    params: Mapping[str, object] = field(default_factory=dict, kw_only=True)
    value: str | None = field(default=None, kw_only=True)
    counted_by: str | None = field(default=None, kw_only=True)
    explains: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    indexes: Sequence[Sequence[str]] = field(default=(), kw_only=True)
    lookups: Sequence[Sequence[str]] = field(default=(), kw_only=True)
    rare: Mapping[str, str] = field(default_factory=dict, kw_only=True)

    @property
    def dated(self) -> bool:
        """Whether it is built for a date and keeps the rows of other dates."""
        return AS_OF in self.key

    @property
    def relations(self) -> tuple[str, ...]:
        """Its names in the schema: the table's, and its view's."""
        return (self.name, f"{self.name}{LATEST}") if self.dated else (self.name,)

    @property
    def own_key(self) -> tuple[str, ...]:
        """The key's columns without the date: they identify a row of a date."""
        return tuple(name for name in self.key if name != AS_OF)

    @property
    def named_columns(self) -> tuple[str, ...]:
        """The columns that its options name, which must exist."""
        indexed = (name for index in (*self.indexes, *self.lookups) for name in index)
        return (*filter(None, (self.partition_by, self.value, self.counted_by)), *indexed, *self.rare)

    def lookup_index(self, lookup: Sequence[str]) -> tuple[str, ...]:
        """The columns of the index of one of `lookups`: behind the date, since a build reads the rows of one."""
        return (AS_OF, *lookup) if self.dated and AS_OF not in lookup else tuple(lookup)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, without `built_at`."""
        return tuple(self.columns)

    @property
    @abstractmethod
    def definition(self) -> str:
        """16 hex digits over everything that determines the rows."""

    @abstractmethod
    def sources(self) -> set[str]:
        """The names of the sources whose tables its SQL reads."""
