"""A pipeline: sources and the tables they go into, what is derived from these, and when."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from sluice.engine.base.declaration import Declaration
from sluice.engine.base.own_code import LONGEST_S, PART_S
from sluice.engine.declare.answers import ForecastMaker, ReportMaker
from sluice.engine.declare.daily import Daily
from sluice.engine.declare.names import check_identifier, twice
from sluice.engine.declare.own_table import OwnTable
from sluice.engine.declare.serve import Serve
from sluice.engine.declare.served import Served, served
from sluice.engine.declare.sources.files import Files
from sluice.engine.declare.sources.source import Remote, Source
from sluice.engine.declare.tables.computed import Computed
from sluice.engine.declare.tables.derived import CHANGED, SELF, Derived
from sluice.engine.declare.tables.preprocessed import Preprocessed
from sluice.engine.declare.tables.table import Table
from sluice.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

Transform = Callable[["pd.DataFrame"], "pd.DataFrame"]


@dataclass(frozen=True)
class Flow(Declaration):
    """One source and the table it goes into, with what the declaration of the table cannot say, if need be.

    `part_time_limit_s` is that of the pipeline, unless the flow has one of its own.
    """

    source: Source
    table: Table
    transform: Transform | None = field(default=None, compare=False)
    part_time_limit_s: float | None = field(default=None, compare=False, kw_only=True)

    def __post_init__(self) -> None:
        if self.part_time_limit_s is not None and not _is_time_limit(self.part_time_limit_s):
            raise ConfigError(f"Flow into {self.table.name!r}: {_wrong_limit(self.part_time_limit_s)}")
        if self.source.snapshot and self.table.on_conflict != "update":
            raise ConfigError(
                f"Flow into {self.table.name!r}: a snapshot brings rows that are there already, so its table needs"
                " on_conflict='update'."
            )
        mistakes = list(self._mistakes_of_header())
        if mistakes:
            raise ConfigError(f"Flow into {self.table.name!r}: every file would be refused: {' '.join(mistakes)}")

    def _mistakes_of_header(self) -> Iterator[str]:
        """What is wrong with a header that is declared, and not found in each file."""
        declared = self.source.header if isinstance(self.source, Files) else None
        there = [name.strip().casefold() for name in declared or ()]
        for header in dict.fromkeys(column.header_name for column in self.table.columns):
            if there.count(header.strip().casefold()) > 1:
                yield f"header=... has the name {header!r} more than once."
        for header in dict.fromkeys(column.header_name for column in self.table.columns if column.expected):
            if declared is not None and header.strip().casefold() not in there:
                yield f"header=... lacks {header!r}, which must be there."


@dataclass(frozen=True)
class Pipeline(Declaration):
    """One dataset's flow, declared in one file: where it comes from, where it goes, and when.

    With one source: `source=`, `table=` and perhaps `transform=`. With several: `flows=[Flow(source, table), ...]`,
    each source with a name of its own. `derived` tables are built in their order once a run's inputs are settled.

    `part_time_limit_s` (seconds, 1 to 540) is how long the code of a pipeline may take at once: `transform`, types and
    checks over one part, a step of a `Preprocessed` table over one frame. What takes longer has its process ended, as
    one crash of that part or build.

    `own_tables` are filled by code of the pipeline's own. `report(as_of, address_of, reason_of)` gives the `Page` of
    `sluice report`, and `forecast(as_of, months, discount)` gives the `Forecast` of `sluice forecast`: import what they
    need when they are called, since every command reads every declaration.

    `serves` is what `sluice serve` gives to programs, and `about` a sentence on the dataset for them.
    """

    name: str
    source: Source | None = None
    table: Table | None = None
    schedule: Daily | None = None
    transform: Transform | None = field(default=None, compare=False)
    flows: Sequence[Flow] = ()
    derived: Sequence[Computed] = ()
    part_time_limit_s: float = field(default=PART_S, compare=False, kw_only=True)
    own_tables: Sequence[OwnTable] = field(default=(), kw_only=True)
    serves: Sequence[Serve] = field(default=(), kw_only=True)
    about: str = field(default="", kw_only=True)
    report: ReportMaker | None = field(default=None, compare=False, kw_only=True)
    forecast: ForecastMaker | None = field(default=None, compare=False, kw_only=True)

    def __post_init__(self) -> None:
        check_identifier("Pipeline", self.name)
        if self.source is not None and self.table is not None and len(self.flows) < 2:
            # dataclasses.replace of a pipeline with one source brings its flow as well
            object.__setattr__(self, "flows", (Flow(self.source, self.table, self.transform),))
        elif not self.flows or self.source is not None or self.table is not None or self.transform is not None:
            raise ConfigError(
                f"Pipeline {self.name!r}: say source= and table=, or flows=[Flow(source, table), ...]; not both."
            )
        mistakes = list(self._mistakes())
        if mistakes:
            raise ConfigError(f"Pipeline {self.name!r}: " + " ".join(mistakes))
        object.__setattr__(self, "derived", tuple(self._with_bases()))
        self.served  # noqa: B018 - mistakes are met when the file is read

    def _with_bases(self) -> Iterator[Computed]:
        """The derived tables; those that are made of another one know it."""
        bases = {each.name: each for each in self.derived if isinstance(each, Derived)}
        for each in self.derived:
            try:
                yield each.over(bases[each.of]) if isinstance(each, Preprocessed) else each
            except ConfigError as error:
                raise ConfigError(f"Pipeline {self.name!r}: {error}") from None

    def _mistakes(self) -> Iterator[str]:
        if not _is_time_limit(self.part_time_limit_s):
            yield _wrong_limit(self.part_time_limit_s)
        for what, names in (
            ("sources are called", [flow.source.name for flow in self.flows]),
            (
                "tables are called",
                [f.table.name for f in self.flows] + [d.name for d in self.derived] + [o.name for o in self.own_tables],
            ),
        ):
            for name in twice(names):
                yield f"Two {what} {name!r}: give each a name of its own."
        yield from self._mistakes_of_names()
        known = {flow.source.name for flow in self.flows}
        for name in sorted(known & {CHANGED, SELF} if self.derived else ()):
            yield f"The source {name!r} is called as what {{{name}}} means in the SQL of derived tables: rename it."
        for derived in self.derived:
            for name in sorted(derived.sources() - known):
                yield f"Derived table {derived.name!r} reads {{{name}}}, but there is no such source."
        before: set[str] = set()
        for derived in self.derived:
            if isinstance(derived, Preprocessed) and derived.of not in before:
                yield f"Preprocessed table {derived.name!r} is of {derived.of!r}: declare that derived table before it."
            before |= {derived.name} if isinstance(derived, Derived) else set()

    def _mistakes_of_names(self) -> Iterator[str]:
        tables = {flow.table.name for flow in self.flows} | {each.name for each in self.derived}
        tables |= {each.name for each in self.own_tables}
        for derived in self.derived:
            for name in sorted(tables & set(derived.relations[1:])):
                yield f"{name!r} is a table, and the view of the newest date of {derived.name!r}: rename one."

    @property
    def served(self) -> list[Served]:
        """What it serves, with the types and keys of its tables. Raises ConfigError, but only when declared."""
        try:
            return [served(self, each) for each in self.serves]
        except ConfigError as error:
            raise ConfigError(f"Pipeline {self.name!r}: {error}") from None

    @property
    def files(self) -> list[Files]:
        """Those of its sources that are files."""
        return [flow.source for flow in self.flows if isinstance(flow.source, Files)]

    @property
    def remote(self) -> list[Remote]:
        """Those of its sources that every run fetches anew."""
        return [flow.source for flow in self.flows if not isinstance(flow.source, Files)]

    def fetched(self, only: Collection[str] = ()) -> list[Remote]:
        """Those of its sources that a run fetches: all that are no files, or those of them that `only` names.

        Raises ConfigError for a name that no source has.
        """
        known = [flow.source.name for flow in self.flows]
        for name in only:
            if name not in known:
                raise ConfigError(f"{self.name} has no source {name!r}; its sources: {', '.join(known)}.")
        return [source for source in self.remote if not only or source.name in only]

    @property
    def dated(self) -> bool:
        """Whether its runs are for a date (`as_of`)."""
        return any(derived.dated for derived in self.derived)

    def check_run(self, *, has_inputs: bool, as_of: date | None) -> None:
        """Raise ConfigError for a run that has nothing to do, or lacks the date that it is for."""
        if self.dated and as_of is None:
            raise ConfigError(
                f"{self.name} is built for a date, so that the same files give the same table on any day: "
                "say which one, --as-of YYYY-MM-DD."
            )
        if as_of is not None and not self.dated:
            raise ConfigError(f"{self.name} has no table that is built for a date: leave out --as-of.")
        if not has_inputs and not self.derived:
            raise ConfigError(f"Nothing to load: name files for {self.name}.")

    def part_limit_s(self, source: str) -> float:
        """How long the code for a part of a source may take, in seconds. Raises ConfigError as `flow` does."""
        own = self.flow(source).part_time_limit_s
        return self.part_time_limit_s if own is None else own

    def flow(self, source: str) -> Flow:
        """The flow of a source by its name. Raises ConfigError when the declaration has no such source (any more)."""
        for flow in self.flows:
            if flow.source.name == source:
                return flow
        raise ConfigError(f"Pipeline {self.name!r} has no source {source!r} any more: run its files again.")


def _is_time_limit(limit: object) -> bool:
    return isinstance(limit, int | float) and not isinstance(limit, bool) and 1 <= limit <= LONGEST_S


def _wrong_limit(limit: object) -> str:
    return f"part_time_limit_s must be a number of seconds between 1 and {LONGEST_S:g}, and not {limit!r}."
