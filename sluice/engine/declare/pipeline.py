"""A pipeline: sources, the tables they are loaded into, derived tables, and a schedule."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sluice.engine.base.declaration import Declaration
from sluice.engine.base.own_code import PART_S
from sluice.engine.declare.answers import ForecastMaker, ReportMaker
from sluice.engine.declare.example import Example
from sluice.engine.declare.flow import Flow, Transform, is_time_limit, wrong_limit
from sluice.engine.declare.names import check_identifier, twice
from sluice.engine.declare.own_table import OwnTable
from sluice.engine.declare.schedules import After, Schedule
from sluice.engine.declare.serve import Serve
from sluice.engine.declare.served import Served, served
from sluice.engine.declare.sources.files import Files
from sluice.engine.declare.sources.nested import Nested
from sluice.engine.declare.sources.source import Remote, Source
from sluice.engine.declare.sources.split import OfType, Split
from sluice.engine.declare.tables.computed import Computed
from sluice.engine.declare.tables.derived import CHANGED, SELF, Derived
from sluice.engine.declare.tables.preprocessed import Preprocessed
from sluice.engine.declare.tables.table import Table
from sluice.errors import ConfigError

MOST_UNDO_DAYS = 3650


@dataclass(frozen=True)
class Pipeline(Declaration):
    """One dataset, declared in one file: its sources, its tables and its schedule.

    With one source: `source=`, `table=` and perhaps `transform=`. With several: `flows=[Flow(source, table), ...]`,
    each source with a name of its own. With files whose records belong to several tables: `splits=[Split(...)]`.
    `derived` tables are built in their order once a run's inputs are settled.

    `part_time_limit_s` (seconds, 1 to 540) limits the code of a pipeline: `transform`, types and checks over one part,
    or a step of a `Preprocessed` table over one frame. A process that exceeds it is killed, which counts as a crash of
    that part or build.

    `own_tables` are filled by the pipeline's own code. `report(as_of, address_of, reason_of)` returns the `Page` of
    `sluice report`, and `forecast(as_of, months, discount)` the `Forecast` of `sluice forecast`: they should import
    libraries when they are called, since every command reads every declaration.

    `undo_days` (0 to 3,650; 0 is never) is for how long it is kept what a run replaces, so that `sluice undo` can
    restore it. Without it that is SLUICE_UNDO_DAYS.

    `serves` is what `sluice serve` offers to programs, and `about` a sentence about the dataset for them.

    `tests` are rows with what they must become, which `sluice check` tests; a run does not look at them.
    """

    name: str
    source: Source | None = None
    table: Table | None = None
    schedule: Schedule | None = None
    transform: Transform | None = field(default=None, compare=False)
    flows: Sequence[Flow] = ()
    derived: Sequence[Computed] = ()
    part_time_limit_s: float = field(default=PART_S, compare=False, kw_only=True)
    undo_days: int | None = field(default=None, compare=False, kw_only=True)
    own_tables: Sequence[OwnTable] = field(default=(), kw_only=True)
    serves: Sequence[Serve] = field(default=(), kw_only=True)
    about: str = field(default="", kw_only=True)
    report: ReportMaker | None = field(default=None, compare=False, kw_only=True)
    forecast: ForecastMaker | None = field(default=None, compare=False, kw_only=True)
    tests: Sequence[Example] = field(default=(), compare=False, kw_only=True)
    splits: Sequence[Split] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        check_identifier("Pipeline", self.name)
        # dataclasses.replace passes the flows that are made here as well
        split = [Flow(source, table) for each in self.splits for source, table in each.sources]
        names = [flow.source.name for flow in split]
        declared = [
            flow
            for flow in self.flows
            if not (isinstance(flow.source, Nested) or (isinstance(flow.source, OfType) and flow.source.name in names))
        ]
        if self.source is not None and self.table is not None and len(declared) < 2:
            declared = [Flow(self.source, self.table, self.transform)]
        elif (
            not (self.flows or self.splits)
            or self.source is not None
            or self.table is not None
            or self.transform is not None
        ):
            raise ConfigError(
                f"Pipeline {self.name!r}: declare source= and table=, or flows=[Flow(source, table), ...], not both."
            )
        declared += split
        object.__setattr__(self, "flows", tuple(each for flow in declared for each in (flow, *flow.nested)))
        mistakes = list(self._mistakes())
        if mistakes:
            raise ConfigError(f"Pipeline {self.name!r}: " + " ".join(mistakes))
        object.__setattr__(self, "derived", tuple(self._with_bases()))
        self.served  # noqa: B018 - mistakes are met when the file is read

    def _with_bases(self) -> Iterator[Computed]:
        """The derived tables, preprocessed ones with their base table."""
        bases = {each.name: each for each in self.derived if isinstance(each, Derived)}
        for each in self.derived:
            try:
                yield each.over(bases[each.of]) if isinstance(each, Preprocessed) else each
            except ConfigError as error:
                raise ConfigError(f"Pipeline {self.name!r}: {error}") from None

    def _mistakes(self) -> Iterator[str]:
        if not is_time_limit(self.part_time_limit_s):
            yield wrong_limit(self.part_time_limit_s)
        if self.undo_days is not None and not _is_days(self.undo_days):
            yield f"undo_days must be an integer between 0 and {MOST_UNDO_DAYS:,}, not {self.undo_days!r}."
        for what, names in (
            ("sources are called", [flow.source.name for flow in self.flows]),
            (
                "tables are called",
                [f.table.name for f in self.flows] + [d.name for d in self.derived] + [o.name for o in self.own_tables],
            ),
        ):
            for name in twice(names):
                yield f"Two {what} {name!r}: give each a name of its own."
        if isinstance(self.schedule, After) and self.name in self.schedule.pipelines:
            yield f"After({self.name!r}) is the pipeline itself: name the one that comes before it."
        yield from self._mistakes_of_names()
        yield from self._mistakes_of_derived()

    def _mistakes_of_derived(self) -> Iterator[str]:
        source_names = {flow.source.name for flow in self.flows}
        for name in sorted(source_names & {CHANGED, SELF} if self.derived else ()):
            yield f"The source name {name!r} is reserved in the SQL of derived tables ({{{name}}}): rename it."
        for derived in self.derived:
            for name in sorted(derived.sources() - source_names):
                renamed = " It is now {changed(...)}." if name == "touched" else ""
                yield f"Derived table {derived.name!r} reads {{{name}}}, which is not a source.{renamed}"
            yield from self._mistakes_of_expiry(derived)
        before: set[str] = set()
        for derived in self.derived:
            if isinstance(derived, Preprocessed) and derived.of not in before:
                yield (
                    f"Preprocessed table {derived.name!r} has the base table {derived.of!r}: declare that derived table"
                    " before it."
                )
            before |= {derived.name} if isinstance(derived, Derived) else set()

    def _mistakes_of_expiry(self, derived: Computed) -> Iterator[str]:
        """A derived table is not changed by rows that expire unless it says so."""
        if not isinstance(derived, Derived) or derived.without_expired:
            return
        for flow in self.flows:
            if flow.table.expire_after and flow.source.name in derived.sources():
                yield (
                    f"Derived table {derived.name!r} reads {{{flow.source.name}}}, whose rows expire after "
                    f"{flow.table.expire_after}: its next builds are without them, and without_expired=True says that "
                    "this is meant."
                )

    def _mistakes_of_names(self) -> Iterator[str]:
        tables = {flow.table.name for flow in self.flows} | {each.name for each in self.derived}
        tables |= {each.name for each in self.own_tables}
        for flow in self.flows:
            for name in sorted(tables & {*flow.table.views, flow.table.closed_name}):
                yield f"{name!r} is both a table and one that belongs to {flow.table.name!r}: rename one."
        for derived in self.derived:
            for name in sorted(tables & set(derived.relations[1:])):
                yield f"{name!r} is both a table and the view of the newest date of {derived.name!r}: rename one."

    @property
    def served(self) -> list[Served]:
        """What it serves, with the types and keys of its tables. Raises ConfigError for a wrong `serves`."""
        try:
            return [served(self, each) for each in self.serves]
        except ConfigError as error:
            raise ConfigError(f"Pipeline {self.name!r}: {error}") from None

    @property
    def files(self) -> list[Files]:
        """Its file sources."""
        return [flow.source for flow in self.flows if isinstance(flow.source, Files)]

    @property
    def remote(self) -> list[Remote]:
        """Its sources that every run fetches."""
        return [flow.source for flow in self.flows if not isinstance(flow.source, Files | Nested)]

    def fetched(self, only: Collection[str] = ()) -> list[Remote]:
        """The sources that a run fetches: all that are not files, or those of them that `only` names.

        Raises ConfigError for an unknown name.
        """
        names = [flow.source.name for flow in self.flows if not isinstance(flow.source, Nested)]
        for name in only:
            if name not in names:
                raise ConfigError(f"{self.name} has no source {name!r}; its sources: {', '.join(names)}.")
        return [source for source in self.remote if not only or source.name in only]

    @property
    def dated(self) -> bool:
        """Whether its runs are for a date (`as_of`)."""
        return any(derived.dated for derived in self.derived)

    def check_run(self, *, has_inputs: bool, as_of: date | None, allow_future: bool = False) -> None:
        """Raise ConfigError for a run without work, or without the date that it needs.

        A date after tomorrow (UTC) must be allowed: its rows would be the newest ones until that day.
        """
        if self.dated and as_of is None:
            raise ConfigError(
                f"{self.name} is built for a date, so that the same files give the same table on any day: "
                "give it with --as-of YYYY-MM-DD."
            )
        if as_of is not None and not self.dated:
            raise ConfigError(f"{self.name} has no table that is built for a date: leave out --as-of.")
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)
        if as_of is not None and as_of > tomorrow and not allow_future:
            raise ConfigError(
                f"The as-of date must not be later than tomorrow ({tomorrow}), not {as_of}: tables of that date would "
                "be the newest ones until then. If it is meant, pass --allow-future (in Python and in the JSON API "
                "allow_future)."
            )
        if not has_inputs and not self.derived:
            raise ConfigError(f"Nothing to load: name files for {self.name}.")

    def children_of(self, source: str) -> list[Flow]:
        """The flows of the lists in a source's records. Raises ConfigError as `flow` does."""
        parent = self.flow(source)
        names = [each.source for each in parent.table.children]
        return [self.flow(name) for name in names]

    def part_limit_s(self, source: str) -> float:
        """The time limit of the code for a part of a source, in seconds. Raises ConfigError as `flow` does."""
        own = self.flow(source).part_time_limit_s
        return self.part_time_limit_s if own is None else own

    def flow(self, source: str) -> Flow:
        """The flow of a source by its name. Raises ConfigError when the declaration does not (or no longer) have it."""
        for flow in self.flows:
            if flow.source.name == source:
                return flow
        raise ConfigError(f"Pipeline {self.name!r} has no source {source!r} any more: run its files again.")


def _is_days(days: object) -> bool:
    return isinstance(days, int) and not isinstance(days, bool) and 0 <= days <= MOST_UNDO_DAYS
