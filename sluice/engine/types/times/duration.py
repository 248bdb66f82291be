"""Durations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sluice.engine.types.base import ColumnType, Mask, Parsed, Refused, spread
from sluice.engine.types.cells import Cells, column
from sluice.engine.types.times.clock import read_clocks
from sluice.engine.types.times.template import Layout, Template

Int32s = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Duration(ColumnType):
    """A length of time in whole seconds: `HH:MM:SS` with 1 to 4 digits of hours.

    With `minutes=True` also `MM:SS` and `M:SS`. Minutes and seconds are below 60. Rejects: `bad_duration`.
    """

    minutes: bool = False

    @property
    def pg_type(self) -> str:
        return "integer"

    @property
    def arrow(self) -> pa.DataType:
        return pa.int32()

    def parse(self, text: pa.Array) -> Parsed:
        seconds, fits = read_clocks(text)
        rows = np.flatnonzero(~fits)
        if not len(rows):
            return Parsed(column(seconds, fits, self.arrow))
        cells = Cells.of(text.take(pa.array(rows)))
        seconds[rows], fits[rows] = self._by_templates(cells)
        bad = Refused(~fits[rows] & ~cells.empty, "bad_duration", f"'{{value}}' is not a duration ({self._forms}).")
        return Parsed(column(seconds, fits, self.arrow), [spread(bad, rows, len(text))] if bad.rows.any() else [])

    @property
    def _forms(self) -> str:
        return "HH:MM:SS or MM:SS" if self.minutes else "HH:MM:SS"

    def _by_templates(self, cells: Cells) -> tuple[Int32s, Mask]:
        """The seconds of cells in all forms, and which of them fit."""
        seconds, fits = _seconds(_hours(), cells)
        if self.minutes:
            short, fine = _seconds(_minutes(), cells)
            seconds, fits = np.where(fine, short, seconds), fits | fine
        return seconds, fits


def _seconds(form: Template, cells: Cells) -> tuple[Int32s, Mask]:
    fits, fields = form.read(cells)
    if not fits.any():
        return np.zeros(len(fits), np.int32), fits
    fits &= (fields["M"] < 60) & (fields["S"] < 60)
    seconds = fields["M"] * 60 + fields["S"]
    return (seconds + fields["H"] * 3600 if "H" in fields else seconds), fits


@cache
def _hours() -> Template:
    return Template("HH:MM:SS", tuple(_duration_layout(hours, 2) for hours in (2, 1, 3, 4)))


@cache
def _minutes() -> Template:
    return Template("MM:SS", tuple(_duration_layout(0, minutes) for minutes in (2, 1)))


def _duration_layout(hours: int, minutes: int) -> Layout:
    start = hours + 1 if hours else 0
    colons = [place for place in (hours, start + minutes) if place]
    fields = (("H", 0, hours),) * bool(hours) + (("M", start, minutes), ("S", start + minutes + 1, 2))
    return Layout(start + minutes + 3, fields, tuple((place, ord(":")) for place in colons))
