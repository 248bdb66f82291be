"""Which due steps share a message: light ones of the same run, kind, source and declaration, in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sluice.engine.ledger.batches.claims import MOST_STEPS


class DueStep(NamedTuple):
    """A step to publish, by the columns of `due_steps.sql`; the last three are of its input if it is light."""

    step: int
    kind: str
    run: int
    light: bool
    source: str | None = None
    contract: str | None = None
    revision: str | None = None

    @property
    def fellows(self) -> tuple[object, ...]:
        """Steps for which this is equal can be in one batch."""
        return (self.run, self.kind, self.source, self.contract, self.revision)


@dataclass(frozen=True)
class Message:
    """What is published: the kind of the first task, and one step, or those of a batch."""

    kind: str
    steps: list[int] = field(default_factory=list)


def messages_of(due: Sequence[DueStep], *, processes: int, most: int) -> list[Message]:
    """At most `most` messages for the first of the `due` steps, in their order.

    Batches have up to MOST_STEPS steps, or fewer, so that each of the workers' `processes` gets one.
    """
    counts = Counter(each.fellows for each in due if each.light)
    messages: list[Message] = []
    batches: dict[tuple[object, ...], Message | None] = {}  # those with room
    for each in due:
        batch = batches.get(each.fellows) if each.light else None
        if batch is None:
            if len(messages) == most:
                continue  # a batch further up may have room for a later step
            batch = Message(each.kind)
            messages.append(batch)
        batch.steps.append(each.step)
        if each.light:
            size = min(MOST_STEPS, -(-counts[each.fellows] // max(processes, 1)))
            batches[each.fellows] = batch if len(batch.steps) < size else None
    return messages
