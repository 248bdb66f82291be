"""The kinds of steps: one list, which Celery's settings, publishing, the ledger and the tasks read.

A new kind is a row here, a task `sluice/tasks/NAME.py` and the work it does, `sluice/engine/steps/NAME.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

LIMIT_S = 600  # below the broker's visibility timeout, else Redis delivers a running task again


@dataclass(frozen=True)
class Kind:
    """A kind of step. `limit_s` is how long its task may take before its process is ended, in seconds."""

    name: str
    of_run: bool = False  # of a whole run, not of an input or part: these are published first
    after: str | None = None  # the kind that a part's step had before: the message goes on from task to task
    limit_s: int = LIMIT_S


# In the order in which workers read the queues. What is nearly done comes first: frames that are about to be loaded
# leave Redis before new ones are made.
KINDS = (
    Kind("settle", of_run=True, limit_s=6 * 3600),  # it makes the index of a table of any size, after a bulk load
    Kind("build", of_run=True, limit_s=6 * 3600),  # its heartbeat keeps its claim; one that hangs is killed
    Kind("load", after="transform", limit_s=6 * 3600),  # so does a load, after that of another run
    Kind("transform", after="extract"),
    Kind("plan", limit_s=2 * 3600),  # a fetch takes as long as its source; one that hangs is killed
    Kind("extract"),
)
NAMES = tuple(kind.name for kind in KINDS)
PREVIOUS = {kind.name: kind.after for kind in KINDS}
PASSED_ON = tuple(kind.after for kind in KINDS if kind.after is not None)  # another task of the chain follows these


def chain_from(name: str) -> tuple[str, ...]:
    """The kinds that a step goes through from this one on, in one chain of messages."""
    successor = next((kind.name for kind in KINDS if kind.after == name), None)
    return (name,) if successor is None else (name, *chain_from(successor))
