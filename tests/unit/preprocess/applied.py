"""Frames spelled out by a test, as PostgreSQL's texts, and what a step makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sluice.engine.preprocess import FrameStep, Outcome, Statistics
from sluice.engine.preprocess.chain import Chain
from sluice.engine.preprocess.kinds import frame_of

NOTHING = Statistics({})


def frame(types: Mapping[str, str], *rows: tuple[str | None, ...]) -> pd.DataFrame:
    return frame_of(rows, types)


def column(found: pd.DataFrame, name: str) -> list[Any]:
    """The values of a column, None for null."""
    return [None if pd.isna(value) else value for value in found[name]]


def apply(step: FrameStep, rows: pd.DataFrame, known: Mapping[str, Any] | None = None) -> Outcome:
    """The step alone over a frame that has the marks it sets. The frame that was given stays what it is."""
    before = rows.copy(deep=True)
    chain = Chain([step], {step.name: Statistics(known or {})})
    made = chain.run(rows)
    pd.testing.assert_frame_equal(rows, before)
    return Outcome(made, dict(chain.changed[step.name]))
