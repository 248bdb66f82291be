"""Preprocessed tables: another derived table of the pipeline, after steps over its rows."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from sluice.engine.declare.names import IDENTIFIER, SYSTEM_COLUMNS, check_table, unknown_columns
from sluice.engine.declare.tables.computed import LATEST, Computed
from sluice.engine.declare.tables.derived import BUILT_AT, Derived
from sluice.engine.preprocess.kinds import WHOLE, arrow_type, plain
from sluice.engine.preprocess.marks import MARKS
from sluice.engine.preprocess.step import Alike, FrameStep, Scope
from sluice.errors import ConfigError

GROUPS = ("text", "date", *WHOLE)  # types with the same text in PostgreSQL and in a frame


@dataclass(frozen=True)
class Preprocessed(Computed):
    """A table with the rows of the derived table `of`, which is declared before it, after `steps` in their order.

    Its key is that table's, its columns are that table's followed by those that the steps add; the pipeline sets both.
    Steps do not remove rows. Statistics of the whole table are stored when they are first computed (`fitted` "once"),
    so that a later row is treated as the earlier ones were: `sluice refit PIPELINE` computes them again, and so does a
    changed definition of the step. With "each build" they are computed for each build.
    """

    of: str
    steps: Sequence[FrameStep]
    fitted: Literal["once", "each build"] = "once"
    key: Sequence[str] = field(init=False, default=())
    columns: Mapping[str, str] = field(init=False, default_factory=dict)
    base: Derived | None = field(default=None, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        dated = self.base is not None and self.base.dated
        check_table("Preprocessed table", self.name, room=len(LATEST) if dated else 0)
        if self.base is None:
            return
        mistakes = list(self._mistakes(self.base))
        if mistakes:
            raise ConfigError(f"Preprocessed table {self.name!r}: " + " ".join(mistakes))
        object.__setattr__(self, "key", tuple(self.base.key))
        object.__setattr__(self, "columns", dict(self.base.columns) | _added(self.steps))
        object.__setattr__(self, "params", self.base.params)
        for name in self.named_columns:
            if name not in self.columns:
                raise ConfigError(f"Preprocessed table {self.name!r}: Column {name!r} is not among its columns.")

    def over(self, base: Derived) -> Preprocessed:
        """The same table with its base table. Raises ConfigError with each step's mistakes."""
        return replace(self, base=base)

    @property
    def table(self) -> Derived:
        """Its base table. Raises ConfigError outside of a pipeline, where it is unknown."""
        if self.base is None:
            raise ConfigError(
                f"Preprocessed table {self.name!r} is not in a pipeline, so its base table {self.of!r} is unknown."
            )
        return self.base

    @property
    def expressions(self) -> dict[str, tuple[str, str]]:
        """SQL expressions that are computed with the rows of its table: name -> (expression, PostgreSQL type)."""
        return {name: each for step in self.steps for name, each in step.scope.expressions.items()}

    @property
    def alike(self) -> tuple[Alike, ...]:
        """By which columns its steps compare rows with others."""
        return tuple(dict.fromkeys(each for step in self.steps for each in step.scope.alike))

    @property
    def row_by_row(self) -> bool:
        """Whether a row after all steps depends on that row and those that are `alike`, and on nothing else."""
        return all(step.scope.row_by_row for step in self.steps)

    @property
    def marks(self) -> tuple[str, ...]:
        """The common columns that its steps set."""
        return _marks(self.steps)

    @property
    def definition(self) -> str:
        declared = [self.name, self.table.definition, self.fitted, [step.definition for step in self.steps]]
        return hashlib.sha256(json.dumps(declared).encode()).hexdigest()[:16]

    def sources(self) -> set[str]:
        return set()

    def _mistakes(self, base: Derived) -> Iterator[str]:
        for name, times in Counter(step.name for step in self.steps).items():
            if times > 1:
                yield f"Two steps are called {name!r}: give each a name of its own."
        columns = dict(base.columns)
        unknown = list(_unknown_types(columns.values()))
        if unknown:
            yield from unknown
            return
        for name in sorted(set(columns) & set(_marks(self.steps))):
            yield f"{base.name} already has a column {name!r}, which its steps set."
        columns |= {name: MARKS[name] for name in _marks(self.steps)}
        for step in self.steps:
            for mistake in _of_step(step, columns, base):
                yield f"Step {step.name!r}: {mistake}"
            columns |= step.scope.adds


def _unknown_types(pg_types: Iterable[str]) -> Iterator[str]:
    for pg_type in dict.fromkeys(pg_types):
        try:
            arrow_type(pg_type)
        except ConfigError as error:
            yield str(error)


def _of_step(step: FrameStep, columns: Mapping[str, str], base: Derived) -> Iterator[str]:
    unknown = [name for name in step.scope.needs if name not in columns]
    if unknown:
        yield unknown_columns(unknown, columns)
    yield from _of_additions(step.scope, columns)
    if not unknown:
        yield from _of_alike(step.scope, base)
        yield from _of_statistics(step.scope, base)
        yield from step.mistakes(columns, tuple(base.key))


def _of_additions(scope: Scope, columns: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(set(scope.adds) & {*columns, BUILT_AT}):
        yield f"It adds the column {name!r}, which already exists."
    for name in sorted(set(scope.expressions) & set(columns)):
        yield f"It has an expression {name!r}, which is already a column."
    for name in (*scope.adds, *scope.expressions):
        if not IDENTIFIER.fullmatch(name) or name in SYSTEM_COLUMNS:
            yield f"{name!r} is not a valid column name: use lower-case letters, digits and _ (at most 59)."
    yield from _unknown_types([*scope.adds.values(), *(pg_type for _, pg_type in scope.expressions.values())])


def _of_alike(scope: Scope, base: Derived) -> Iterator[str]:
    unknown = [name for each in scope.alike for name in each.columns if name not in base.columns]
    if unknown:
        yield f"alike: {unknown_columns(unknown, base.columns)}"


def _of_statistics(scope: Scope, base: Derived) -> Iterator[str]:
    for name, times in Counter(statistic.name for statistic in scope.statistics).items():
        if times > 1:
            yield f"It has two statistics {name!r}."
    columns = dict.fromkeys(name for each in scope.statistics for name in (each.column, *each.within))
    groups = {name for each in scope.statistics for name in each.within}
    for name in columns:
        if name not in base.columns:
            yield f"{base.name} does not have the column {name!r} of a statistic."
        elif name in groups and plain(base.columns[name]) not in GROUPS:
            yield f"The column {name!r} of a group must be text, integer or date, not {base.columns[name]}."


def _marks(steps: Sequence[FrameStep]) -> tuple[str, ...]:
    used = {name for step in steps for name in step.scope.marks}
    return tuple(name for name in MARKS if name in used)


def _added(steps: Sequence[FrameStep]) -> dict[str, str]:
    """The columns that the steps add, in order; the common columns after the last step that sets any."""
    last = max((at for at, step in enumerate(steps) if step.scope.marks), default=-1)
    added: dict[str, str] = {}
    for at, step in enumerate(steps):
        added |= step.scope.adds
        if at == last:
            added |= {name: MARKS[name] for name in _marks(steps)}
    return added
