"""Lists within the records of another input as a source: a pipeline makes it of `Children`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.tables.table import Table


@dataclass(frozen=True)
class Nested(Declaration):
    """The elements of the lists under the header `of`, in the records of `parent`. Not declared: see `Children`."""

    name: str
    of: str
    position: str
    parent: Table

    snapshot: ClassVar[bool] = False
    in_words: ClassVar[str] = "a Files"  # messages name what can be declared

    @property
    def reading(self) -> dict[str, object]:
        """The options that change which rows the same records give."""
        return {"of": self.of, "position": self.position}
