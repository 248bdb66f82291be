"""A step: a named function over a frame, with the columns that it needs and adds, and its statistics."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sluice.engine.base.declaration import Declaration
from sluice.engine.base.source_text import source_text
from sluice.engine.preprocess.statistic import Statistic, Statistics

if TYPE_CHECKING:
    import pandas as pd

Expressions = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Outcome:
    """The frame after a step (the same rows in the same order), and how many rows it changed for which reason."""

    frame: pd.DataFrame
    changed: Mapping[str, int]


@dataclass(frozen=True)
class Alike(Declaration):
    """Rows of the base table with the same values in `columns`. Nulls are alike, or with `nulls=False` like nothing."""

    columns: tuple[str, ...]
    nulls: bool = True


@dataclass(frozen=True)
class Scope:
    """The columns, expressions and statistics of a step.

    It reads or changes the columns `needs`, and adds those of `adds` (name -> PostgreSQL type) and of `marks` (the
    common ones of marks.py). `expressions` are SQL expressions over the base table, computed with its rows and in the
    frame only: name -> (expression, PostgreSQL type); `{key}` in one is the key of the table. `statistics` are those
    of the whole base table that it needs.

    With `row_by_row`, the outcome of a row depends on that row, its expressions and the statistics alone, whatever
    other rows are in the frame; and an expression depends on the row alone, or on the rows that are `alike`. Then few
    new rows need not cost a build of the whole table.
    """

    needs: tuple[str, ...]
    adds: Mapping[str, str] = field(default_factory=dict)
    marks: tuple[str, ...] = ()
    expressions: Expressions = field(default_factory=dict)
    statistics: tuple[Statistic, ...] = ()
    row_by_row: bool = field(default=False, repr=False)  # not in a definition: they say how to compute, not what
    alike: tuple[Alike, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class FrameStep(Declaration):
    """One step of a preprocessed table. Subclasses are frozen dataclasses, so that `repr` declares them."""

    name: str

    @property
    @abstractmethod
    def scope(self) -> Scope:
        """Its columns, expressions and statistics."""

    @property
    def definition(self) -> str:
        """16 hex digits of SHA-256 over everything that determines its results."""
        return hashlib.sha256(self._declared().encode()).hexdigest()[:16]

    def _declared(self) -> str:
        return repr(self)

    def mistakes(self, columns: Mapping[str, str], key: tuple[str, ...]) -> Iterator[str]:  # noqa: ARG002 - for others
        """Mistakes of the step over a frame with these columns (name -> PostgreSQL type), one sentence each."""
        yield from ()

    @abstractmethod
    def apply(self, frame: pd.DataFrame, known: Statistics) -> Outcome:
        """Apply it to some rows of the table. The outcome must depend on these arguments only."""


@dataclass(frozen=True)
class Step(FrameStep):
    """A custom step: `function(frame, known)` returns an `Outcome`; see `Scope` for the rest.

    The frame's columns are Arrow-backed: whole numbers with nulls stay whole, money is decimal. `known` has the values
    of `statistics`. The definition includes the function's own source text, not that of functions it calls: raise
    `version` when those change. `row_by_row` says that a row's outcome depends on no other row of the frame, `alike`
    on which rows its expressions depend: see `Scope`.
    """

    function: Callable[[pd.DataFrame, Statistics], Outcome]
    needs: tuple[str, ...]
    adds: Mapping[str, str] = field(default_factory=dict)
    statistics: tuple[Statistic, ...] = ()
    expressions: Expressions = field(default_factory=dict)
    marks: tuple[str, ...] = ()
    version: int = 1
    row_by_row: bool = False
    alike: tuple[Alike, ...] = ()

    @property
    def scope(self) -> Scope:
        return Scope(
            self.needs,
            self.adds,
            self.marks,
            self.expressions,
            self.statistics,
            row_by_row=self.row_by_row,
            alike=self.alike,
        )

    def _declared(self) -> str:
        text = source_text(self.function)
        # with the names that fields had in version 0.2.0: another definition would compute stored statistics again
        scope = repr(self.scope).replace(f", expressions={self.expressions!r}", f", beside={self.expressions!r}")
        return f"({self.name!r}, {scope}, {self.version!r}){text}"

    def apply(self, frame: pd.DataFrame, known: Statistics) -> Outcome:
        return self.function(frame, known)
