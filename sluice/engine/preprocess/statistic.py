"""Statistics of the whole table that a step needs: declared here, computed by SQL, and stored in the ledger.

A value is looked up by the group of the row. A group without a stored value uses that of the whole column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sluice.engine.base.declaration import Declaration

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Values = np.ndarray[Any, np.dtype[Any]]
Kind = Literal["median", "mode", "mean", "deviation", "mad", "first_quartile", "third_quartile"]
Group = tuple[str, ...]
SEPARATOR = "\x1f"  # groups of several columns are looked up as one text
WHOLE: Group = ()


@dataclass(frozen=True)
class Statistic(Declaration):
    """One figure of a column of the base table, by group of the columns `within`, over its rows that fit `where`.

    median, first_quartile, third_quartile: percentile_cont. mode: the most frequent value, of several the first in
    order. mean: avg. deviation: stddev_samp. mad: the median of |x - median|. A group with fewer than `least` such
    rows has no value of its own.
    """

    kind: Kind
    column: str
    within: tuple[str, ...] = ()
    where: str | None = None
    least: int = 1

    @property
    def name(self) -> str:
        return f"{self.kind}_{self.column}"


@dataclass(frozen=True)
class Statistics:
    """The stored values of one step: name of the statistic -> group, `()` being the whole column -> value."""

    values: Mapping[str, Mapping[Group, float | str]]

    def whole(self, name: str) -> float | str | None:
        """The value of the whole column; None where it has no valid rows."""
        return self.values.get(name, {}).get(WHOLE)

    def by_row(self, statistic: Statistic, frame: pd.DataFrame) -> Values:
        """The value for each row of the frame: that of its group, else of the whole column, else None (NaN)."""
        import numpy as np

        values = self.values.get(statistic.name, {})
        whole = values.get(WHOLE)
        codes, groups = _groups(frame, statistic.within)
        figures = [*(values.get(group, whole) for group in groups), whole]
        kind = object if any(isinstance(each, str) for each in figures) else np.float64
        taken: Values = np.array(figures, dtype=kind)[codes]  # a row without a group has the code -1
        return taken


def _groups(frame: pd.DataFrame, within: Sequence[str]) -> tuple[Values, list[Group]]:
    """The number of each row's group among the groups of the frame; -1 for a row without a group."""
    import numpy as np

    if not within:
        return np.full(len(frame), -1), []
    text: Any = None
    for name in within:
        each = frame[name].astype("string[pyarrow]")
        text = each if text is None else text + SEPARATOR + each
    codes, groups = text.factorize()
    return codes, [tuple(group.split(SEPARATOR)) for group in groups]
