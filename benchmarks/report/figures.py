"""Figures of a record, looked up by case and dataset, and what they should be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """A field of a row, as the median over the rounds. `at_least` or `at_most` is the target, if it has one.

    With `over` it is divided, round by round, by the same field of another row.
    """

    words: str
    case: str
    dataset: str
    name: str
    over: tuple[str, str] | None = None
    at_least: float | None = None
    at_most: float | None = None

    def needs(self, limits: Mapping[str, str]) -> set[tuple[str, str]]:
        """The cases with datasets that it needs. `limits` has the dataset whose limit each is measured by."""
        names = {(self.case, self.dataset)} | ({self.over} if self.over else set())
        return names | ({("limit", limits[self.dataset])} if self.name == "ratio" else set())

    def value(self, rows: Sequence[Row]) -> float | None:
        """None: it was not measured."""
        found = _per_round(rows, self.case, self.dataset, self.name)
        if self.over:
            others = _per_round(rows, *self.over, self.name)
            found = [a / b for a, b in zip(found, others, strict=True) if b] if len(found) == len(others) else []
        return float(f"{median(found):.4g}") if found else None

    def met(self, value: float | None) -> bool | None:
        """Whether a value reaches the target. None: there is no value, or no target."""
        if value is None or not self.target:
            return None
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    @property
    def target(self) -> str:
        """In words; empty if there is none."""
        if self.at_least is not None:
            return f"at least {self.at_least:,g}"
        return "" if self.at_most is None else f"at most {self.at_most:,g}"


def _per_round(rows: Sequence[Row], case: str, dataset: str, name: str) -> list[float]:
    for row in rows:
        if (row["case"], row["dataset"]) == (case, dataset):
            return [each[name] for each in row.get("rounds", ()) if each.get(name) is not None]
    return []
