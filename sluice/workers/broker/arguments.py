"""The arguments of tasks that work on steps: those of one step, or of a batch."""

from __future__ import annotations

from typing import Any

from sluice.engine.ledger.batches.claims import MOST_STEPS


def is_of_steps(message: Any) -> bool:
    """Whether it is {"step": id}, {"step": id, "fence": number}, or the same of a batch, with lists; nothing else."""
    if not isinstance(message, dict):
        return False
    if "steps" in message:
        return _is_of_batch(message)
    return {"step"} <= set(message) <= {"step", "fence"} and all(type(value) is int for value in message.values())


def _is_of_batch(message: dict[Any, Any]) -> bool:
    if not set(message) <= {"steps", "fences"}:
        return False
    lists = list(message.values())
    if not all(isinstance(each, list) and 0 < len(each) <= MOST_STEPS for each in lists):
        return False
    return len({len(each) for each in lists}) == 1 and all(type(value) is int for each in lists for value in each)
