"""`cancel`: stops an open run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sluice.cli.options import RunId
from sluice.cli.output import Json, emit, folded, things

if TYPE_CHECKING:
    from sluice.engine.steps.removal.undo.cancel import Cancelled


def cancel(run: RunId, *, as_json: Json = False) -> None:
    """Stop an open run: what it has loaded is taken out again, and it ends as failed.

    No worker is needed. Of a run that only builds derived tables, the build is given up and its rows stay.
    """
    from sluice.tasks.removal.cancel import cancel as stop

    done = stop(run)
    facts = {"run": run, "inputs": done.inputs, "only_built": done.only_built, "cancelled_before": done.before}
    emit(facts | {"other_runs": list(done.others)}, as_json=as_json, human=lambda: _print(done))


def _print(done: Cancelled) -> None:
    for line in _lines(done):
        folded(line)


def _lines(done: Cancelled) -> Iterator[str]:
    if done.before:
        yield f"run {done.run} was cancelled already"
    elif done.only_built:
        yield f"run {done.run}: its build is given up; its rows are loaded, and its derived tables are not up to date"
        yield f"next: sluice retry {done.run} builds them, sluice undo {done.run} takes the rows back"
    else:
        yield f"run {done.run} is cancelled: {things(done.inputs, 'input')}, of which nothing stays"
    if done.others:
        runs = ", ".join(map(str, done.others))
        yield (
            f"these runs had nothing to do because it was loading their content, which is not loaded now: {runs}. Run "
            "their files again."
        )
