"""What becomes of a block's rows on their way into a file: most are written, some are lost, late, spoiled, repeated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sluice.samples.customer_ltv.draws import Draws, Lots, Mask, Planted
from sluice.samples.customer_ltv.faults import BAD_FIELDS, OTHER_VALUES, spoiled
from sluice.samples.customer_ltv.rates import (
    CONFLICT,
    DUPLICATE,
    LATE,
    LATER,
    LOST,
    OUTCOMES,
)


class Line(NamedTuple):
    """A line that is not simply loaded, and what it counts as: a reject's code, or `duplicate`."""

    text: str
    code: str


@dataclass
class RowOutcomes:
    """Of a block, by place: lines not written, lines refused, lines to write behind another one; and what comes later.

    `late_rows` are places whose lines go into the late file, `late_lines` are written there besides, and
    `postponed` at the end of the file that they belong to.
    """

    unwritten: set[int] = field(default_factory=set)
    refused: dict[int, Line] = field(default_factory=dict)
    behind: dict[int, list[Line]] = field(default_factory=lambda: defaultdict(list))
    postponed: list[Line] = field(default_factory=list)
    late_rows: list[int] = field(default_factory=list)
    late_lines: list[Line] = field(default_factory=list)

    def loads(self, place: int) -> bool:
        """Whether the row of that place is loaded from its file."""
        return place not in self.unwritten and place not in self.refused


def lost_or_refused(source: str) -> list[str]:
    """The outcomes by which a row of that source is not in the table."""
    return [outcome for outcome in OUTCOMES[source] if outcome == LOST or outcome in BAD_FIELDS[source]]


def draw_outcomes(
    draws: Draws,
    planted: Planted,
    source: str,
    columns: Sequence[Sequence[str]],
    lots: Lots,
    *,
    rows: int,
    past: Mask | None = None,
) -> RowOutcomes:
    """The outcomes of a block of `rows` rows, those of `columns`; `past` is true for those that may come late."""
    outcomes = RowOutcomes()
    for outcome in OUTCOMES[source]:
        taken = planted.take(f"{source}_{outcome}", lots, past if outcome in LATER else None, rows=rows).tolist()
        first_turn = planted.counts[f"{source}_{outcome}"] - len(taken)
        for turn, place in enumerate(taken, first_turn):
            row = [column[place] for column in columns]
            if outcome in BAD_FIELDS[source]:
                outcomes.refused[place] = Line(spoiled(source, row, outcome, turn), outcome)
            elif outcome in {LOST, LATE}:
                outcomes.unwritten.add(place)
            elif outcome in LATER:
                outcomes.late_lines.append(_again(source, row, outcome.removeprefix("late_")))
            elif turn % 2:
                outcomes.postponed.append(_again(source, row, outcome))
            else:
                where = place + int(draws.below(len(columns[0]) - place, 1)[0])
                outcomes.behind[where].append(_again(source, row, outcome))
        if outcome == LATE:
            outcomes.late_rows = np.sort(taken).tolist()
    return outcomes


def _again(source: str, row: Sequence[str], outcome: str) -> Line:
    """The row a second time: the same, or its key with other values. A replaced row counts as a duplicate."""
    text = ",".join(row) if outcome == DUPLICATE else OTHER_VALUES[source](row)
    return Line(text, CONFLICT if outcome == CONFLICT else DUPLICATE)
