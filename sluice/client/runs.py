"""Runs that are in the ledger, for scripts: `from sluice import runs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sluice.engine.ledger.facts import RunSummary
    from sluice.engine.ledger.runs import Run

__all__ = ["get", "newest"]


def get(run: int) -> Run:
    """The run with this number: `.status()`, `.rejects()`, `.wait()`. Raises ConfigError when there is none."""
    from sluice.engine.ledger.runs import Run, run_state

    run_state(run)
    return Run(run)


def newest(limit: int = 20) -> list[RunSummary]:
    """The newest runs with their books, newest first."""
    from sluice.engine.ledger.runs import list_runs

    return list_runs(limit)
