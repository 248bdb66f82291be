"""Hints, under the rejects that they are about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sluice.cli.addresses import near
from sluice.cli.output import count, folded
from sluice.errors import SluiceError

if TYPE_CHECKING:
    from sluice.engine.hints.hint import Hint
    from sluice.engine.ledger.facts import RunStatus


def print_hints(hints: Sequence[Hint]) -> None:
    """Print lines to copy, each with what it was tried on."""
    if hints:
        print("\nhints, each tried on what was refused:")
    for each in hints:
        print(f"  {each.line}")
        where = f"{near(each.about)}: " if each.of_file else ""
        such = f", e.g. {each.example}" if each.example else ""
        what = "its rows" if each.of_file else "its refused texts"
        note = f". {each.note}" if each.note else ""
        folded(f"{where}{count(each.passes)} of {count(each.tried)} of {what} would pass{such}{note}", "    ")


def print_hints_of(status: RunStatus) -> None:
    """Print hints for the rejects of a run, where its pipeline and files are here as they were."""
    if status.state == "running" or not any(each.column is not None for each in status.reasons or ()):
        return
    from sluice.engine.preview.of_run import hints_of_run
    from sluice.pipelines import find

    try:
        print_hints(hints_of_run(status, find(status.pipeline)))
    except SluiceError:  # the pipeline cannot be read, a file is gone or has changed: the run is shown without
        return
