"""The trials on one screen: a line for each fault, a bar while it lasts on a terminal, and the verdicts."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from sluice.chaos.contents import BOOKS
from sluice.chaos.outcome import AS_ROWS, KINDS, Outcome
from sluice.chaos.sample import Sample
from sluice.chaos.trial import PROCESSES, WORKERS
from sluice.cli.output import PIPED, count

BAR = 24
WIDEST = 120  # of the table of books, which is narrower unless there are millions of rows
NEVER = "could not happen: nothing was there to be disturbed"


class Screen:
    """Prints to stdout, or with --json to stderr."""

    def __init__(self, *, as_json: bool) -> None:
        stream = sys.stderr if as_json else sys.stdout
        self._console = Console(file=stream, highlight=False, width=None if stream.isatty() else PIPED)
        self._stack = ExitStack()
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            columns = (TextColumn("  {task.description}"), BarColumn(BAR), TaskProgressColumn(), TimeElapsedColumn())
            bar = Progress(*columns, console=self._console, auto_refresh=False, transient=True)
            self._bar = self._stack.enter_context(bar)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def introduce(self, home: Path, sample: Sample) -> None:
        """What is about to be done, and where."""
        what = (
            f"{count(sample.calls)} calls, {count(sample.accounts)} updates of accounts, and a table derived from both"
        )
        self._line(f"{what};\n{WORKERS} workers with {PROCESSES} processes each; own PostgreSQL and Redis in {home}")

    def begin(self, name: str, what: str = "") -> None:
        """A load begins."""
        self._line()
        if what:
            self._line(Text(name, "bold").append(f": {what}", "not bold"))
        if self._bar is not None:
            for task in self._bar.task_ids:
                self._bar.remove_task(task)
            self._bar.add_task(f"loading, {name}", total=1.0)
            self._bar.refresh()

    def moved(self, at_s: float, share: float) -> None:  # noqa: ARG002 - the bar has a clock of its own
        """The load is so far."""
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[-1], completed=share, refresh=True)

    def happened(self, at_s: float, share: float, text: str) -> None:
        """A fault has happened."""
        self._line(Text(f"  {at_s:6.1f} s ").append(f"{share:5.0%}  ", "dim").append(text, "yellow"))

    def undisturbed(self, outcome: Outcome) -> None:
        """The result of the undisturbed load, with its books."""
        self._line(
            Text("undisturbed", "bold")
            .append(": ", "not bold")
            .append(f"{_checksum(outcome)} ({outcome.loaded.seconds:.1f} s)", "not bold")
        )
        self._books(outcome)

    def disturbed(self, outcome: Outcome) -> None:
        """The verdict on a load under faults."""
        for each in outcome.loaded.happened:
            if each.at_s is None:
                self._line(Text(f"          {each.text}: {NEVER}", "dim"))
        self._line(
            Text(f"  {outcome.loaded.seconds:6.1f} s ").append(f"{'':5}  ").append("all is loaded, settled and built")
        )
        style = "red" if outcome.problem else "green"
        self._line(Text("  ").append(_checksum(outcome)).append(f"  {_verdict(outcome)}", style))
        for difference in outcome.differences:
            self._line(Text(f"  {difference.name}: {difference.first}", "red"))

    def _books(self, outcome: Outcome) -> None:
        books = outcome.loaded.contents.books_by_source()
        shown = [name for name in BOOKS if any(each[name] for each in books.values())]
        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column("  table")
        for name in ("rows", *shown):
            table.add_column(name, justify="right")
        for listing in outcome.loaded.contents.tables:
            cells = [books[listing.source][name] for name in shown] if listing.source in books else []
            table.add_row(f"  {listing.name}", *map(count, [len(listing.rows), *cells]))
        self._console.print(table, width=max(self._console.width, WIDEST), crop=False)

    def _line(self, text: Text | str = "") -> None:
        self._console.print(text, soft_wrap=True)


def _checksum(outcome: Outcome) -> str:
    return f"checksum {outcome.loaded.contents.checksum()}"


def _verdict(outcome: Outcome) -> str:
    found = ", ".join(f"{count(outcome.rows(kind))} {kind}" for kind in KINDS)
    differ = {each.name for each in outcome.differences}
    others = ", ".join(f"{name} {'differ' if name in differ else 'equal'}" for name in AS_ROWS)
    return f"{'DIFFERENT' if outcome.problem else 'equal'}: rows {found}; {others}"
