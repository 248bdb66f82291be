"""Runs the steps in order over one frame after another, and counts what each of them changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sluice.engine.base.own_code import PART_S, limited
from sluice.engine.preprocess.marks import with_marks
from sluice.engine.preprocess.statistic import Statistics
from sluice.engine.preprocess.step import FrameStep
from sluice.errors import PermanentError

if TYPE_CHECKING:
    import pandas as pd


class Chain:
    """The steps of one table, with the statistics of each by its name; `changed` counts their changes so far.

    A step may take `limit_s` seconds over one frame.
    """

    def __init__(self, steps: Sequence[FrameStep], known: Mapping[str, Statistics], limit_s: float = PART_S) -> None:
        self._limit_s = limit_s
        self._steps = steps
        self._known = known
        self._marks = {name for step in steps for name in step.scope.marks}
        self.changed: dict[str, Counter[str]] = {step.name: Counter() for step in steps}

    def run(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame after all steps: the same rows in the same order. Raises PermanentError for a wrong result."""
        frame = with_marks(frame, self._marks)
        for step in self._steps:
            with limited(self._limit_s, f"The step {step.name!r} over one frame of {len(frame):,} rows"):
                outcome = step.apply(frame, self._known[step.name])
            if len(outcome.frame) != len(frame):
                raise PermanentError(
                    f"Step {step.name!r} made {len(outcome.frame)} rows of {len(frame)}: a step must not add or remove "
                    "rows. Correct the step, then sluice retry."
                )
            lost = [name for name in (*frame.columns, *step.scope.adds) if name not in outcome.frame]
            if lost:
                raise PermanentError(
                    f"Step {step.name!r} returned a frame without the column {', '.join(lost)}. Correct it, then sluice"
                    " retry."
                )
            self.changed[step.name].update(outcome.changed)
            frame = outcome.frame
        return frame
