"""Preprocessed tables: another derived table of the pipeline, after steps over its rows."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from sluice.engine.declare.names import IDENTIFIER, SYSTEM_COLUMNS, check_table
from sluice.engine.declare.tables.computed import LATEST, Computed
from sluice.engine.declare.tables.derived import BUILT_AT, Derived
from sluice.engine.preprocess.kinds import WHOLE, arrow_type, plain
from sluice.engine.preprocess.marks import MARKS
from sluice.engine.preprocess.step import FrameStep, Scope
from sluice.errors import ConfigError

GROUPS = ("text", "date", *WHOLE)  # spelled alike by PostgreSQL and by a frame


@dataclass(frozen=True)
class Preprocessed(Computed):
    """A table with the rows of the derived table `of`, which is declared before it, after `steps` in their order.

    Its key is that table's, its columns are that table's followed by what the steps add; the pipeline fills in both.
    No step takes a row away. What steps must know of the whole table is stored when it is first computed (`fitted`
    "once"), so that a later row is treated as the earlier ones were: `sluice refit PIPELINE` computes it again, and so
    does another definition of the step. With "each build" it is computed for each build.
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
        for name in self.spoken_of:
            if name not in self.columns:
                raise ConfigError(f"Preprocessed table {self.name!r}: Column {name!r} is not among its columns.")

    def over(self, base: Derived) -> Preprocessed:
        """The same over this table. Raises ConfigError that names each step's mistakes."""
        return replace(self, base=base)

    @property
    def table(self) -> Derived:
        """The table whose rows it has. Raises ConfigError outside of a pipeline, where that is not known."""
        if self.base is None:
            raise ConfigError(
                f"Preprocessed table {self.name!r} is in no pipeline, so its table {self.of!r} is not known."
            )
        return self.base

    @property
    def beside(self) -> dict[str, tuple[str, str]]:
        """SQL expressions that come along with the rows of its table: name -> (expression, PostgreSQL type)."""
        return {name: each for step in self.steps for name, each in step.scope.beside.items()}

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
        there = dict(base.columns)
        unknown = list(_unknown_types(there.values()))
        if unknown:
            yield from unknown
            return
        for name in sorted(set(there) & set(_marks(self.steps))):
            yield f"{base.name} has a column {name!r} already, which its steps set."
        there |= {name: MARKS[name] for name in _marks(self.steps)}
        for step in self.steps:
            for mistake in _of_step(step, there, base):
                yield f"Step {step.name!r}: {mistake}"
            there |= step.scope.adds


def _unknown_types(pg_types: Iterable[str]) -> Iterator[str]:
    for pg_type in dict.fromkeys(pg_types):
        try:
            arrow_type(pg_type)
        except ConfigError as error:
            yield str(error)


def _of_step(step: FrameStep, there: Mapping[str, str], base: Derived) -> Iterator[str]:
    unknown = [name for name in step.scope.needs if name not in there]
    for name in unknown:
        yield f"There is no column {name!r}."
    yield from _of_additions(step.scope, there)
    if not unknown:
        yield from _of_statistics(step.scope, base)
        yield from step.mistakes(there, tuple(base.key))


def _of_additions(scope: Scope, there: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(set(scope.adds) & {*there, BUILT_AT}):
        yield f"The column {name!r} that it adds is there already."
    for name in sorted(set(scope.beside) & set(there)):
        yield f"The column {name!r} that it wants beside the rows is there already."
    for name in (*scope.adds, *scope.beside):
        if not IDENTIFIER.fullmatch(name) or name in SYSTEM_COLUMNS:
            yield f"{name!r} is not a name of a column: use lower-case letters, digits and _ (at most 59)."
    yield from _unknown_types([*scope.adds.values(), *(pg_type for _, pg_type in scope.beside.values())])


def _of_statistics(scope: Scope, base: Derived) -> Iterator[str]:
    for name, times in Counter(statistic.name for statistic in scope.statistics).items():
        if times > 1:
            yield f"It has two statistics {name!r}."
    columns = dict.fromkeys(name for each in scope.statistics for name in (each.column, *each.within))
    groups = {name for each in scope.statistics for name in each.within}
    for name in columns:
        if name not in base.columns:
            yield f"Statistics are of columns of {base.name}, and it has no {name!r}."
        elif name in groups and plain(base.columns[name]) not in GROUPS:
            yield f"Groups are of text, whole numbers or dates, and {name} is {base.columns[name]}."


def _marks(steps: Sequence[FrameStep]) -> tuple[str, ...]:
    used = {name for step in steps for name in step.scope.marks}
    return tuple(name for name in MARKS if name in used)


def _added(steps: Sequence[FrameStep]) -> dict[str, str]:
    """What the steps add, in their order; the common columns behind the last step that sets any."""
    last = max((at for at, step in enumerate(steps) if step.scope.marks), default=-1)
    added: dict[str, str] = {}
    for at, step in enumerate(steps):
        added |= step.scope.adds
        if at == last:
            added |= {name: MARKS[name] for name in _marks(steps)}
    return added
