"""A step: a named function over a frame, with what it needs, what it adds, and what it must know beforehand."""

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

Beside = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Outcome:
    """The frame after a step (the same rows in the same order), and how many rows it changed for which reason."""

    frame: pd.DataFrame
    changed: Mapping[str, int]


@dataclass(frozen=True)
class Scope:
    """What a step has to do with.

    It reads or changes the columns `needs`, and brings those of `adds` (name -> PostgreSQL type) and of `marks` (the
    common ones of marks.py). `beside` are SQL expressions over the base table that come along with its rows and are
    in the frame only: name -> (expression, PostgreSQL type); `{key}` in one is the key of the table. `statistics` is
    what it must know of the whole base table.
    """

    needs: tuple[str, ...]
    adds: Mapping[str, str] = field(default_factory=dict)
    marks: tuple[str, ...] = ()
    beside: Beside = field(default_factory=dict)
    statistics: tuple[Statistic, ...] = ()


@dataclass(frozen=True)
class FrameStep(Declaration):
    """One step of a preprocessed table. Subclasses are frozen dataclasses, so that `repr` declares them."""

    name: str

    @property
    @abstractmethod
    def scope(self) -> Scope:
        """The columns and statistics that it has to do with."""

    @property
    def definition(self) -> str:
        """16 hex digits of SHA-256 over all that decides what it does."""
        return hashlib.sha256(self._declared().encode()).hexdigest()[:16]

    def _declared(self) -> str:
        return repr(self)

    def mistakes(self, columns: Mapping[str, str], key: tuple[str, ...]) -> Iterator[str]:  # noqa: ARG002 - for others
        """What is wrong with it over a frame with these columns (name -> PostgreSQL type), a sentence each."""
        yield from ()

    @abstractmethod
    def apply(self, frame: pd.DataFrame, known: Statistics) -> Outcome:
        """Apply it to some rows of the table. Nothing but these arguments decides what comes out."""


@dataclass(frozen=True)
class Step(FrameStep):
    """A step of your own: `function(frame, known)` returns an `Outcome`; see `Scope` for the rest.

    The frame's columns are Arrow-backed: whole numbers with nulls stay whole, money is decimal. `known` has the values
    of `statistics`. Of the function its own source text counts as definition, not that of what it calls: raise
    `version` when that changes.
    """

    function: Callable[[pd.DataFrame, Statistics], Outcome]
    needs: tuple[str, ...]
    adds: Mapping[str, str] = field(default_factory=dict)
    statistics: tuple[Statistic, ...] = ()
    beside: Beside = field(default_factory=dict)
    marks: tuple[str, ...] = ()
    version: int = 1

    @property
    def scope(self) -> Scope:
        return Scope(self.needs, self.adds, self.marks, self.beside, self.statistics)

    def _declared(self) -> str:
        text = source_text(self.function)
        return repr((self.name, self.scope, self.version)) + text

    def apply(self, frame: pd.DataFrame, known: Statistics) -> Outcome:
        return self.function(frame, known)
