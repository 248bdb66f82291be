"""Preprocessing steps over a built table: named pandas functions, in order, each reporting what it changed.

`from sluice import Preprocessed, preprocess` declares them: `steps=[preprocess.missing("age", "median"), ...]`.
"""

from sluice.engine.preprocess.statistic import Statistic, Statistics
from sluice.engine.preprocess.step import Alike, FrameStep, Outcome, Scope, Step
from sluice.engine.preprocess.steps.abnormal import abnormal, fence
from sluice.engine.preprocess.steps.ages import age_group
from sluice.engine.preprocess.steps.amounts import revenue, scaled
from sluice.engine.preprocess.steps.calendar import month, weekday
from sluice.engine.preprocess.steps.duplicates import duplicates
from sluice.engine.preprocess.steps.inconsistent import inconsistent
from sluice.engine.preprocess.steps.missing import constant, missing
from sluice.engine.preprocess.steps.totals import totals

__all__ = [
    "missing", "constant", "duplicates", "inconsistent", "abnormal", "fence",
    "age_group", "month", "weekday", "revenue", "scaled", "totals",
    "Step", "FrameStep", "Outcome", "Scope", "Alike", "Statistic", "Statistics",
]  # fmt: skip
