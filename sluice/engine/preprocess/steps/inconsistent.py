"""Inconsistent entries: one canonical spelling for a value that is written in several ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sluice.engine.preprocess.kinds import by_code, plain
from sluice.engine.preprocess.marks import ABNORMAL, IS_ABNORMAL, QUARANTINED, mark, quarantine
from sluice.engine.preprocess.statistic import Statistics
from sluice.engine.preprocess.step import FrameStep, Outcome, Scope

if TYPE_CHECKING:
    import pandas as pd

Otherwise = Literal["keep", "flag", "quarantine"]


def inconsistent(
    column: str, canonical: Mapping[str, Sequence[str]], otherwise: Otherwise = "keep", *, name: str | None = None
) -> Inconsistent:
    """Replace each of the spellings, and the canonical word itself, by the canonical word: {"F": ["female", "woman"]}.

    Spellings are matched without regard to case and surrounding spaces. An unlisted value is kept as it is; with
    "flag" it is also marked as abnormal under the rule `<column>_unlisted`, with "quarantine" the row is quarantined,
    too. Nulls stay null: see `missing`.
    """
    spellings = tuple((word, tuple(others)) for word, others in canonical.items())
    return Inconsistent(name or f"inconsistent_{column}", column, spellings, otherwise)


@dataclass(frozen=True)
class Inconsistent(FrameStep):
    """See `inconsistent`."""

    column: str
    spellings: tuple[tuple[str, tuple[str, ...]], ...]
    otherwise: Otherwise

    @property
    def scope(self) -> Scope:
        marks = {"keep": (), "flag": (IS_ABNORMAL, ABNORMAL), "quarantine": (IS_ABNORMAL, ABNORMAL, QUARANTINED)}
        return Scope((self.column,), marks=marks[self.otherwise], row_by_row=True)

    def mistakes(self, columns: Mapping[str, str], key: tuple[str, ...]) -> Iterator[str]:
        if plain(columns[self.column]) != "text":
            yield f"{self.column} must be a text column, not {columns[self.column]}."
        if self.column in key:
            yield f"{self.column} is part of the key, whose values must not be changed."
        meant: dict[str, str] = {}
        for word, others in self.spellings:
            for spelling in (word, *others):
                other = meant.setdefault(_folded(spelling), word)
                if other != word:
                    yield f"{spelling!r} is a spelling of {other!r} and of {word!r}: declare one."

    def apply(self, frame: pd.DataFrame, known: Statistics) -> Outcome:  # noqa: ARG002 - it needs to know nothing
        words = {_folded(spelling): word for word, others in self.spellings for spelling in (word, *others)}
        values = frame[self.column]
        codes, different = values.factorize()
        meant = [words.get(_folded(each)) for each in different]
        spelled = by_code([word or each for word, each in zip(meant, different, strict=True)], codes, values)
        changed = {"respelled": int((spelled != values).fillna(value=False).sum())}
        frame = frame.assign(**{self.column: spelled})
        if self.otherwise != "keep":
            rule = f"{self.column}_unlisted"
            unlisted = by_code([word is None for word in meant], codes, values, missing=False)
            frame, changed[rule] = mark(frame, rule, unlisted), int(unlisted.sum())
            frame = quarantine(frame, unlisted) if self.otherwise == "quarantine" else frame
        return Outcome(frame, changed)


def _folded(spelling: str) -> str:
    return spelling.strip().casefold()
