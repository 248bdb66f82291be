"""Live progress of a run on one line of the terminal: share, rows per second, parts, rejects, time left.

On stderr, and only where that is a terminal. Drawn when `show` is called: no thread of its own.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import rich.progress

WINDOW_S = 10.0


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

    def show(self, status: dict[str, Any]) -> None:
        """Draw the line anew from a run's status."""
        if self._bar is None:
            return
        self._speed.note(status["read"])
        total = status["planned"] if _all_planned(status) else None
        figures = describe(status, self._speed.rows_per_second())
        task = self._bar.task_ids[0]
        name = f"run {status['run']}"
        self._bar.update(task, description=name, total=total, completed=status["read"], figures=figures, refresh=True)


class Speed:
    """Rows per second over the last ten seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, read: int, at: float | None = None) -> None:
        """So many rows are done now (or at that time, in seconds)."""
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


def describe(status: dict[str, Any], rows_per_second: float) -> str:
    """The figures behind the bar."""
    if not _all_planned(status):
        planned = sum(each["state"] != "registered" for each in status["inputs"])
        planning = f"read {planned} of {len(status['inputs'])} files"
        planning += f" and {short(status['scanned'])}B" if status["scanned"] else ""
        return planning if not status["read"] else f"{planning}, {short(status['read'])} rows"
    words = [f"{short(status['read'])}/{short(status['planned'])} rows", f"{short(rows_per_second)}/s"]
    words.append(f"parts {status['parts_loaded']}/{status['parts_total']}")
    if status["parts_held"] and not status["read"]:
        words.append(f"checked {status['parts_held']}")  # with --max-rejects nothing is loaded before all are
    words.append(f"rejects {short(status['rejected'])}")
    left = status["planned"] - status["read"]
    if rows_per_second and left:
        minutes, seconds = divmod(round(left / rows_per_second), 60)
        words.append(f"ETA {minutes}:{seconds:02}")
    return "  ".join(words)


def short(number: float) -> str:
    """1234567 -> 1.23M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size * 0.9995:
            scaled = number / size
            return f"{scaled:.{2 if scaled < 9.995 else 1 if scaled < 99.95 else 0}f}{letter}"
    return f"{number:.0f}"


def _all_planned(status: dict[str, Any]) -> bool:
    return all(each["state"] != "registered" for each in status["inputs"])


def _bar() -> rich.progress.Progress:
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=12),
        TaskProgressColumn(),
        TextColumn("{task.fields[figures]}"),
    )
    return Bar(*columns, console=Console(stderr=True), auto_refresh=False, transient=True)
