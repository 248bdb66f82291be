"""The feature age_group: the age band of a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sluice.engine.preprocess.kinds import WHOLE, plain
from sluice.engine.preprocess.statistic import Statistics
from sluice.engine.preprocess.step import FrameStep, Outcome, Scope

if TYPE_CHECKING:
    import pandas as pd

BANDS = (18, 31, 46, 61, 101)


def age_group(
    column: str = "age", *, bands: tuple[int, ...] = BANDS, into: str = "age_group", name: str | None = None
) -> AgeGroup:
    """Add the band of an age in whole years: `bands` are the ages at which the bands begin (inclusive).

    (18, 31, 46, 61, 101) gives under 18, 18-30, 31-45, 46-60, 61-100, over 100. Null for a null or negative age.
    """
    return AgeGroup(name or into, column, tuple(bands), into)


@dataclass(frozen=True)
class AgeGroup(FrameStep):
    """See `age_group`."""

    column: str
    bands: tuple[int, ...]
    into: str

    @property
    def scope(self) -> Scope:
        return Scope((self.column,), {self.into: "text"}, row_by_row=True)

    def mistakes(self, columns: Mapping[str, str], key: tuple[str, ...]) -> Iterator[str]:  # noqa: ARG002
        if plain(columns[self.column]) not in WHOLE:
            yield f"{self.column} must be an integer column (whole years), not {columns[self.column]}."
        if not self.bands or list(self.bands) != sorted(set(self.bands)) or self.bands[0] < 1:
            yield f"bands must be increasing integers of at least 1, not {self.bands}."

    def apply(self, frame: pd.DataFrame, known: Statistics) -> Outcome:  # noqa: ARG002 - it needs to know nothing
        import pandas as pd

        ages = frame[self.column]
        known_ages = ages.fillna(-1).to_numpy(dtype="int64")
        band = np.searchsorted(self.bands, known_ages, side="right")
        labels = pa.array(self._labels()).take(pa.array(band, mask=known_ages < 0))
        return Outcome(
            frame.assign(**{self.into: pd.Series(labels, frame.index, pd.ArrowDtype(pa.string()))}),
            {"added": len(labels) - labels.null_count},
        )

    def _labels(self) -> list[str]:
        between = [f"{low}-{high - 1}" for low, high in zip(self.bands, self.bands[1:], strict=False)]
        return [f"under {self.bands[0]}", *between, f"over {self.bands[-1] - 1}"]
