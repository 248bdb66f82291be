"""Where the bins of a histogram begin and end, and where an axis has its ticks: round numbers, chosen by the data.

Amounts of money spread over orders of magnitude; equal steps would put nearly all of them into the first bin. So the
bins are steps of equal ratio when the values ask for it, from the preferred numbers of ISO 3 (R5 and R10, rounded).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import count, takewhile
from math import ceil, log10

MOST_BINS = 24
WIDE = 10  # values that differ by more than this factor get bins of equal ratio
RATIOS = tuple(
    tuple(map(Decimal, steps.split()))
    for steps in ("1 1.25 1.6 2 2.5 3.2 4 5 6.3 8", "1 1.6 2.5 4 6.3", "1 2 5")  # densest first
)
ROUND = tuple(map(Decimal, ("1", "2", "2.5", "5", "10")))


@dataclass(frozen=True)
class Scale:
    """Bins [edges[0], edges[1]), [edges[1], edges[2]), ...; `by_ratio`: edges grow by a ratio, not by a step."""

    edges: tuple[Decimal, ...]
    by_ratio: bool

    def place(self, value: Decimal | float) -> float:
        """A value where it lies on the axis, in units of the axis."""
        return log10(value) if self.by_ratio else float(value)


def scale_for(values: int, lowest: Decimal, highest: Decimal, p1: float, p99: float) -> Scale:
    """Bins for `values` amounts above zero, from their extremes and their percentiles 1 and 99.

    The bins include all of them, except for a few extreme values that would compress the rest: these are in the open
    ends, below the first edge and from the last edge on.
    """
    low = lowest if float(lowest) * 3 >= p1 else Decimal(str(p1))
    high = highest if float(highest) <= p99 * 3 else Decimal(str(p99))
    most = min(max(ceil(2 * values ** (1 / 3)), 5), MOST_BINS)  # Rice's rule
    if high > low * WIDE:
        return Scale(_by_ratio(low, high, most), by_ratio=True)
    return Scale(_by_step(low, high, most), by_ratio=False)


def _by_ratio(low: Decimal, high: Decimal, most: int) -> tuple[Decimal, ...]:
    powers = range(low.adjusted(), high.adjusted() + 2)
    for ratios in RATIOS:
        edges = _covering([ratio.scaleb(power) for power in powers for ratio in ratios], low, high)
        if len(edges) - 1 <= most:
            break
    return edges


def _covering(edges: Sequence[Decimal], low: Decimal, high: Decimal) -> tuple[Decimal, ...]:
    """The fewest edges that include low and high, with high below the last one."""
    first = max(i for i, edge in enumerate(edges) if edge <= low)
    last = min(i for i, edge in enumerate(edges) if edge > high)
    return tuple(edges[first : last + 1])


def _by_step(low: Decimal, high: Decimal, most: int) -> tuple[Decimal, ...]:
    step = round_step((high - low) / most) if high > low else Decimal(1).scaleb(high.adjusted())
    first = (low / step).to_integral_value(ROUND_FLOOR)
    steps = int((high / step).to_integral_value(ROUND_FLOOR) - first) + 1
    return tuple((first + i) * step for i in range(steps + 1))


def round_step(least: Decimal) -> Decimal:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below `least` (above 0)."""
    power = Decimal(1).scaleb(least.adjusted())
    return next(factor * power for factor in ROUND if factor * power >= least)


def count_ticks(most: int) -> list[int]:
    """Round numbers from 0 upwards for an axis of counts; the last one is not below `most`."""
    step = max(int(round_step(Decimal(max(most, 1)) / 4).to_integral_value(ROUND_CEILING)), 1)
    return [*takewhile(lambda tick: tick < most, count(0, step)), ceil(most / step) * step] if most else [0, 1]
