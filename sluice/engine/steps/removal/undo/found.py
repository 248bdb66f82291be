"""What an undo finds: inputs by table, files that are to be loaded again, and what stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from sluice.engine.load.target import Target
from sluice.engine.load.undo import Replaced, Undoing
from sluice.engine.steps.removal.undo.again import Again


@dataclass(frozen=True)
class Obstacle:
    """Why an undo is refused, and what is lost if it is done all the same; None where that is not possible. `rows` are
    the first of the rows that it is about."""

    why: str
    lost: str | None = None
    rows: Sequence[Replaced] = ()

    def __str__(self) -> str:
        return self.why


@dataclass(frozen=True)
class Group:
    """Inputs of one source that are undone together. `rows` are those that are in the table, `back` those that these
    had replaced or removed."""

    source: str
    target: Target
    undoing: Undoing
    settled: int
    rows: int
    back: int


@dataclass(frozen=True)
class Found:
    """An undo before it is done. `by_file` are the addresses of its inputs, `again` inputs that are loaded again; it is
    not `whole` where one file is undone."""

    run: int
    pipeline: str
    files: dict[int, str] = field(default_factory=dict)
    groups: Sequence[Group] = ()
    again: Sequence[Again] = ()
    obstacles: Sequence[Obstacle] = ()
    dates: Sequence[date] = ()
    refit: bool = False
    undone_by: int | None = None
    whole: bool = True

    @property
    def inputs(self) -> list[int]:
        """The ids of all inputs that are undone."""
        return [each for group in self.groups for each in group.undoing.inputs]

    @property
    def deleted(self) -> int:
        """How many rows go."""
        return sum(group.rows for group in self.groups)

    @property
    def restored(self) -> int:
        """How many rows come back."""
        return sum(group.back for group in self.groups)

    def json(self) -> dict[str, Any]:
        """The same as mappings and lists, as `--json` prints it."""
        return {
            "undone": self.run,
            "pipeline": self.pipeline,
            "undone_by": self.undone_by,
            "files": list(self.files.values()),
            "rows_deleted": self.deleted,
            "rows_restored": self.restored,
            "loaded_again": [each.uri for each in self.again],
            "dates": [each.isoformat() for each in self.dates],
            "refused": [each.why for each in self.obstacles],
            "lost_with_force": [each.lost for each in self.obstacles if each.lost is not None],
            "changed_since": [asdict(row) for each in self.obstacles for row in each.rows],
        }
