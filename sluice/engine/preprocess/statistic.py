"""What a step needs to know of the whole table: declared here, computed by SQL, and stored in the ledger.

A value is looked up by the group that a row is in. A group without a stored value takes that of the whole column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Kind = Literal["median", "mode", "mean", "deviation", "mad", "first_quartile", "third_quartile"]
Group = tuple[str, ...]
BETWEEN = "\x1f"  # groups of several columns are looked up as one text
WHOLE: Group = ()


@dataclass(frozen=True)
class Statistic:
    """One figure of a column of the base table, by group of the columns `within`, over its rows that fit `where`.

    median, first_quartile, third_quartile: percentile_cont. mode: the most frequent value, of several the first in
    order. mean: avg. deviation: stddev_samp. mad: the median of |x - median|.
    """

    kind: Kind
    column: str
    within: tuple[str, ...] = ()
    where: str | None = None

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

    def by_row(self, statistic: Statistic, frame: pd.DataFrame) -> np.ndarray[Any, Any]:
        """The value for each row of the frame: that of its group, else of the whole column, else None (NaN)."""
        import numpy as np

        known = self.values.get(statistic.name, {})
        whole = known.get(WHOLE)
        if not statistic.within:
            codes, groups = np.full(len(frame), -1), []
        else:
            codes, groups = _group_of(frame, statistic.within).factorize()
        found = [known.get(tuple(group.split(BETWEEN)), whole) for group in groups]
        kind = object if any(isinstance(each, str) for each in (*found, whole)) else np.float64
        return np.array([*found, whole], dtype=kind)[codes]  # a row without a group has the code -1


def _group_of(frame: pd.DataFrame, within: Sequence[str]) -> pd.Series[str]:
    first, *others = (frame[name].astype("string[pyarrow]") for name in within)
    return first.str.cat(others, sep=BETWEEN) if others else first
