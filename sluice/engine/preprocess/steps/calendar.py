"""The features month and weekday of a date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sluice.engine.preprocess.kinds import plain
from sluice.engine.preprocess.statistic import Statistics
from sluice.engine.preprocess.step import FrameStep, Outcome, Scope

if TYPE_CHECKING:
    import pandas as pd


def month(column: str, *, into: str = "month", name: str | None = None) -> DatePart:
    """Add the month of a date, 1 to 12. Null for a null date."""
    return DatePart(name or into, column, "month", into)


def weekday(column: str, *, into: str = "weekday", name: str | None = None) -> DatePart:
    """Add the weekday of a date by ISO 8601: Monday is 1, Sunday 7. Null for a null date."""
    return DatePart(name or into, column, "weekday", into)


@dataclass(frozen=True)
class DatePart(FrameStep):
    """See `month` and `weekday`."""

    column: str
    part: Literal["month", "weekday"]
    into: str

    @property
    def scope(self) -> Scope:
        return Scope((self.column,), {self.into: "smallint"}, row_by_row=True)

    def mistakes(self, columns: Mapping[str, str], key: tuple[str, ...]) -> Iterator[str]:  # noqa: ARG002
        if plain(columns[self.column]) != "date":
            yield f"{self.column} must be a date column, not {columns[self.column]}."

    def apply(self, frame: pd.DataFrame, known: Statistics) -> Outcome:  # noqa: ARG002 - it needs to know nothing
        dates = frame[self.column].dt
        added = dates.month if self.part == "month" else dates.day_of_week + 1
        return Outcome(frame.assign(**{self.into: added.astype("int64[pyarrow]")}), {"added": int(added.notna().sum())})
