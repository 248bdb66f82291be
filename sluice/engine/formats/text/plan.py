"""The plan of a file, for any format."""

from __future__ import annotations

from dataclasses import dataclass

from sluice.engine.formats.text.rules import Written
from sluice.engine.formats.text.spans import PartSpan


@dataclass(frozen=True)
class InputPlan:
    """The result of one pass over a file. `read` is the number of records after the header, `size` in bytes; `note` is
    a sentence on how it was read, where that is not as usual."""

    sha256: str
    size: int
    dialect: Written
    parts: tuple[PartSpan, ...]
    read: int
    note: str | None = None
