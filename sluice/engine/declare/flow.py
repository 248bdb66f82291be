"""A flow: one source, and the table that it is loaded into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sluice.engine.base.declaration import Declaration
from sluice.engine.base.own_code import LONGEST_S
from sluice.engine.declare.sources.files import Files
from sluice.engine.declare.sources.nested import Nested
from sluice.engine.declare.sources.postgres_query import PostgresQuery
from sluice.engine.declare.sources.source import Source
from sluice.engine.declare.tables.table import Table
from sluice.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

Transform = Callable[["pd.DataFrame"], "pd.DataFrame"]


@dataclass(frozen=True)
class Flow(Declaration):
    """One source, the table that it is loaded into, and optionally a `transform` of its rows.

    `part_time_limit_s` replaces that of the pipeline.
    """

    source: Source
    table: Table
    transform: Transform | None = field(default=None, compare=False)
    part_time_limit_s: float | None = field(default=None, compare=False, kw_only=True)

    def __post_init__(self) -> None:
        if self.part_time_limit_s is not None and not is_time_limit(self.part_time_limit_s):
            raise ConfigError(f"Flow into {self.table.name!r}: {wrong_limit(self.part_time_limit_s)}")
        mistakes = [*self._mistakes_of_snapshots(), *self._mistakes_of_keys()]
        if mistakes:
            raise ConfigError(f"Flow into {self.table.name!r}: {' '.join(mistakes)}")
        mistakes = list(self._mistakes_of_header())
        if mistakes:
            raise ConfigError(f"Flow into {self.table.name!r}: every file would be refused: {' '.join(mistakes)}")

    @property
    def nested(self) -> Iterator[Flow]:
        """The flows of its children, of theirs after them."""
        for each in self.table.children:
            source = Nested(each.source, each.of, each.position, self.table)
            flow = Flow(source, each.table, part_time_limit_s=self.part_time_limit_s)
            yield flow
            yield from flow.nested

    def _mistakes_of_snapshots(self) -> Iterator[str]:
        table, snapshot = self.table, self.source.snapshot
        if snapshot and not table.updates:
            yield (
                "a snapshot has rows that are loaded already, so its table needs"
                f" {'a key and ' if table.key is None else ''}on_conflict='update' or 'history'."
            )
        if table.removed_at is not None and not snapshot:
            yield (
                "removed_at marks rows that a snapshot does not have: declare snapshot=True for its source, or leave "
                "removed_at out."
            )
        if table.versions_by is not None and snapshot:
            yield (
                "a snapshot has no moment of what it removes, and versions_by takes moments from rows: leave "
                "versions_by out, then versions have the moments of runs."
            )
        if table.children and snapshot:
            yield (
                "a snapshot removes records, and would leave their children: load its files without snapshot=True, "
                "with on_conflict='update'."
            )

    def _mistakes_of_keys(self) -> Iterator[str]:
        if self.table.key is None and isinstance(self.source, PostgresQuery) and self.source.overlap:
            yield (
                "overlap fetches rows again, and a table without a key would have them twice: declare its key, or "
                "leave overlap out."
            )
        if self.table.children and self.transform is not None:
            yield "a transform may change keys that children have too: leave one of the two out."

    def _mistakes_of_header(self) -> Iterator[str]:
        """Mistakes of a declared header (files without one are not known yet)."""
        declared = self.source.header if isinstance(self.source, Files) else None
        header_names = [name.strip().casefold() for name in declared or ()]
        for header in dict.fromkeys(column.header_name for column in self.table.columns):
            if header_names.count(header.strip().casefold()) > 1:
                yield f"header=... has the name {header!r} more than once."
        for header in dict.fromkeys(column.header_name for column in self.table.columns if column.expected):
            if declared is not None and header.strip().casefold() not in header_names:
                yield f"header=... lacks {header!r}, which is required."


def is_time_limit(limit: object) -> bool:
    """Whether it is a limit of time for code of a pipeline, in seconds."""
    return isinstance(limit, int | float) and not isinstance(limit, bool) and 1 <= limit <= LONGEST_S


def wrong_limit(limit: object) -> str:
    """A sentence about one that is not."""
    return f"part_time_limit_s must be a number of seconds between 1 and {LONGEST_S:g}, not {limit!r}."
