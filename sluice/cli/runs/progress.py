"""Live progress of a run on one line of the terminal: share, rows per second, parts, rejects, time left.

On stderr, and only where that is a terminal. Drawn when `show` is called: no thread of its own.
"""

from __future__ import annotations

import math
import sys
import time
from collections import deque
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import rich.progress

    from sluice.engine.ledger.facts import RunStatus

WINDOW_S = 10.0
BAR, PERCENTAGE = 12, 6  # columns of the terminal; the percentage with a blank on either side
DISPENSABLE = ("rejects", "checked", "parts", "speed", "rows")  # where there is little room, omitted in this order


class Progress:
    """`show` the status of a run again and again; the line disappears at the end."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._bar: rich.progress.Progress | None = None
        self._speed = Speed()

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._bar = self._stack.enter_context(_bar())
            self._bar.add_task("starting", total=None, figures="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def show(self, status: RunStatus) -> None:
        """Draw the line anew from a run's status."""
        if self._bar is None:
            return
        self._speed.note(status.read)
        total = status.planned if _all_planned(status) else None
        name = f"run {status.run}"
        room = self._bar.console.width - len(name) - PERCENTAGE
        speed = self._speed.rows_per_second()
        self._bar.columns = _columns(with_bar=BAR + 1 + len(describe(status, speed)) <= room)
        figures = describe(status, speed, room)
        task = self._bar.task_ids[0]
        self._bar.update(task, description=name, total=total, completed=status.read, figures=figures, refresh=True)


class Speed:
    """Rows per second over the last ten seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, read: int, at: float | None = None) -> None:
        """Note the number of rows that are done now (or at that time, in seconds)."""
        now = time.monotonic() if at is None else at
        self._seen.append((now, read))
        while now - self._seen[0][0] > WINDOW_S:
            self._seen.popleft()

    def rows_per_second(self) -> float:
        """0 until it can be known."""
        if len(self._seen) < 2:
            return 0.0
        (then, before), (now, after) = self._seen[0], self._seen[-1]
        return (after - before) / (now - then) if now > then else 0.0


def describe(status: RunStatus, rows_per_second: float, room: float = math.inf) -> str:
    """The figures after the bar that fit into `room` columns of the terminal."""
    figures = _figures(status, rows_per_second)
    for name in DISPENSABLE:
        if len("  ".join(figures.values())) <= room:
            break
        figures.pop(name, None)
    return "  ".join(figures.values())


def _figures(status: RunStatus, rows_per_second: float) -> dict[str, str]:
    if not _all_planned(status):
        planned = sum(each.state != "registered" for each in status.inputs)
        planning = f"read {planned} of {len(status.inputs)} files"
        planning += f" and {short(status.scanned)}B" if status.scanned else ""
        return {"planning": planning if not status.read else f"{planning}, {short(status.read)} rows"}
    figures = {
        "rows": f"{short(status.read)}/{short(status.planned)} rows",
        "speed": f"{short(rows_per_second)}/s",
        "parts": f"parts {status.parts_loaded}/{status.parts_total}",
    }
    if status.parts_held and not status.read:
        figures["checked"] = f"checked {status.parts_held}"  # with --max-rejects nothing is loaded before all are
    figures["rejects"] = f"rejects {short(status.rejected)}"
    left = status.planned - status.read
    if not left and status.parts_loaded == status.parts_total:
        del figures["speed"]
        figures["left"] = "making the index of the key" if status.keyless else "settling"
    if rows_per_second and left:
        minutes, seconds = divmod(round(left / rows_per_second), 60)
        figures["left"] = f"ETA {minutes}:{seconds:02}"
    return figures


def short(number: float) -> str:
    """1234567 -> 1.23M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size * 0.9995:
            scaled = number / size
            return f"{scaled:.{2 if scaled < 9.995 else 1 if scaled < 99.95 else 0}f}{letter}"
    return f"{number:.0f}"


def _all_planned(status: RunStatus) -> bool:
    return status.registration != "under way" and all(each.state != "registered" for each in status.inputs)


def _bar() -> rich.progress.Progress:
    from rich.console import Console
    from rich.progress import Progress as Bar

    return Bar(*_columns(with_bar=True), console=Console(stderr=True), auto_refresh=False, transient=True)


def _columns(*, with_bar: bool) -> tuple[rich.progress.ProgressColumn, ...]:
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn

    bar = (BarColumn(bar_width=BAR),) if with_bar else ()
    return (TextColumn("{task.description}"), *bar, TaskProgressColumn(), TextColumn("{task.fields[figures]}"))
