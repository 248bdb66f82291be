"""Columns that several steps set together: which rules a row breaks, and whether it is quarantined.

A table has those that one of its steps sets. They start as false, null and false.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

IS_ABNORMAL, ABNORMAL, QUARANTINED = "is_abnormal", "abnormal", "quarantined"
MARKS = {IS_ABNORMAL: "boolean", ABNORMAL: "text", QUARANTINED: "boolean"}
_STARTS = {
    IS_ABNORMAL: ("bool[pyarrow]", False),
    ABNORMAL: ("string[pyarrow]", None),
    QUARANTINED: ("bool[pyarrow]", False),
}


def with_marks(frame: pd.DataFrame, marks: Iterable[str]) -> pd.DataFrame:
    """The frame with these marks added, not yet set on any row."""
    import pandas as pd

    starts = {name: _STARTS[name] for name in marks}
    return frame.assign(
        **{name: pd.Series(value, index=frame.index, dtype=dtype) for name, (dtype, value) in starts.items()}
    )


def mark(frame: pd.DataFrame, rule: str, rows: pd.Series[bool]) -> pd.DataFrame:
    """The frame with `rule` added to the broken rules of `rows`."""
    so_far = frame[ABNORMAL]
    named = (so_far + ("," + rule)).fillna(rule)
    return frame.assign(**{ABNORMAL: so_far.where(~rows, named), IS_ABNORMAL: frame[IS_ABNORMAL] | rows})


def quarantine(frame: pd.DataFrame, rows: pd.Series[bool]) -> pd.DataFrame:
    """The frame with `rows` quarantined, in addition to those that already are."""
    return frame.assign(**{QUARANTINED: frame[QUARANTINED] | rows})
