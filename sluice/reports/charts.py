"""The geometry of charts, in numbers; the page's macros draw them.

Horizontal values are in percent of the width, vertical ones in pixels: so a chart fills a phone, a screen or a sheet
of paper, and its letters keep their size. No chart has more than a few dozen columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from sluice.reports.scales import Scale, count_ticks
from sluice.reports.wording import brief, money, percent, things

HEIGHT = 200  # px from the base line to the highest tick
TICKS = 8  # labels across, where there is room: equal steps
RATIO_TICKS = 13  # and steps of equal ratio, whose labels are short


@dataclass(frozen=True)
class Column:
    """A column: `x` and `width` in percent, `y` (its top) and `height` in px, and `words` as its description."""

    x: float
    width: float
    y: float
    height: float
    words: str
    open_ended: bool = False


@dataclass(frozen=True)
class Tick:
    """A label at an axis, `at` percent across or px down. A `minor` one is left out where there is no room."""

    at: float
    label: str
    minor: bool = False


@dataclass(frozen=True)
class Chart:
    """Columns, the labels of both axes, perhaps a line through points (percent, px) and a mark at a place across."""

    columns: tuple[Column, ...]
    across: tuple[Tick, ...]
    down: tuple[Tick, ...]
    line: tuple[tuple[float, float], ...] = ()
    mark: Tick | None = None
    height: int = HEIGHT


@dataclass(frozen=True)
class Ruler:
    """The position of a value in percent of a histogram's width. Open ends are as wide as an average bin."""

    scale: Scale
    open_below: bool
    open_above: bool

    def at(self, value: Decimal) -> float:
        """The position of a value; beyond the bins it is the outer end."""
        first, last = self.scale.place(self.scale.edges[0]), self.scale.place(self.scale.edges[-1])
        bins = len(self.scale.edges) - 1
        place = (self.scale.place(value) - first) / (last - first) * bins
        inside = min(max(place, -self.open_below), bins + self.open_above)
        return 100 * (inside + self.open_below) / (bins + self.open_below + self.open_above)

    def ends_of(self, number: int) -> tuple[float, float]:
        """Where the bin of that number begins and ends."""
        left = 0.0 if number == 0 else self.at(self.scale.edges[number - 1])
        right = 100.0 if number == len(self.scale.edges) else self.at(self.scale.edges[number])
        return left, right


def histogram(scale: Scale, counts: Mapping[int, int], median: Decimal, of: str) -> Chart:
    """How many there are of something, by value. `of` is one of them in words ("customer").

    `counts` by bin: 0 lies below the scale's first edge, len(edges) from its last one on.
    """
    ruler = Ruler(scale, open_below=0 in counts, open_above=len(scale.edges) in counts)
    ticks = count_ticks(max(counts.values()))
    columns = []
    for number in range(1 - ruler.open_below, len(scale.edges) + ruler.open_above):
        left, right = ruler.ends_of(number)
        words = f"{between(scale, number)}: {things(counts.get(number, 0), of)}"
        open_ended = number in {0, len(scale.edges)}
        columns.append(_column(left, right - left, counts.get(number, 0) / ticks[-1], words, open_ended=open_ended))
    mark = Tick(ruler.at(median), f"median {money(median)}")
    return Chart(tuple(columns), _along(ruler), _down(ticks), mark=mark)


def between(scale: Scale, number: int) -> str:
    """The values of a bin in words."""
    if number == 0:
        return f"below {money(scale.edges[0])}"
    if number == len(scale.edges):
        return f"{money(scale.edges[-1])} and more"
    return f"{money(scale.edges[number - 1])} to below {money(scale.edges[number])}"


def shares(parts: Sequence[tuple[str, Decimal, Decimal]]) -> Chart:
    """Columns of shares, and a line of what they add up to. Each part is (label, share of 1, share so far)."""
    width = 100 / len(parts)
    columns = tuple(
        _column(number * width, width, float(share), f"{label}: {percent(share)}, together {percent(so_far)}")
        for number, (label, share, so_far) in enumerate(parts)
    )
    line = tuple(((number + 0.5) * width, HEIGHT * (1 - float(so_far))) for number, (*_, so_far) in enumerate(parts))
    across = tuple(Tick((number + 0.5) * width, label) for number, (label, *_) in enumerate(parts))
    down = tuple(Tick(HEIGHT * (1 - share / 4), f"{share * 25} %") for share in range(5))
    return Chart(columns, across, down, line)


def steps(counts: Sequence[int], of: str) -> Chart:
    """How many there are of something, in equal steps from 0 to 100 %. `of` is one of them in words."""
    ticks, width = count_ticks(max(counts)), 100 / len(counts)
    columns = tuple(
        _column(
            n * width,
            width,
            each / ticks[-1],
            f"{n * width:.0f} to {(n + 1) * width:.0f} %: {things(each, of)}",
        )
        for n, each in enumerate(counts)
    )
    across = tuple(Tick(n * width, f"{n * width:.0f} %", minor=n % 2 == 1) for n in range(len(counts) + 1))
    return Chart(columns, across, _down(ticks))


def _column(x: float, width: float, share: float, words: str, *, open_ended: bool = False) -> Column:
    height = HEIGHT * share
    if share > 0:
        height = max(height, 1.5)  # what is there is seen
    gap = width * 0.06
    return Column(x + gap, width - 2 * gap, HEIGHT - height, height, words, open_ended)


def _along(ruler: Ruler) -> tuple[Tick, ...]:
    """Round values along a histogram: 1, 2, 5, 10, ... for steps of equal ratio, else some of the edges."""
    edges = ruler.scale.edges
    if not ruler.scale.by_ratio:
        shown = edges[:: ceil(len(edges) / TICKS)]
        return tuple(Tick(ruler.at(edge), brief(edge), minor=n % 2 == 1) for n, edge in enumerate(shown))
    powers = range(edges[0].adjusted(), edges[-1].adjusted() + 1)
    values = [Decimal(digit).scaleb(power) for power in powers for digit in (1, 2, 5)]
    shown = tuple(value for value in values if edges[0] <= value <= edges[-1])
    if len(shown) > RATIO_TICKS:
        shown = tuple(value for value in shown if value.as_tuple().digits == (1,))
        return tuple(Tick(ruler.at(value), brief(value)) for value in shown)
    return tuple(Tick(ruler.at(value), brief(value), minor=value.as_tuple().digits != (1,)) for value in shown)


def _down(ticks: Sequence[int]) -> tuple[Tick, ...]:
    return tuple(Tick(HEIGHT * (1 - tick / ticks[-1]), brief(tick)) for tick in ticks)
