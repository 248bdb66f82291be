"""An input as the ledger has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class InputWork:
    """An input as the ledger has it before it is planned."""

    id: int
    run: int
    position: int
    pipeline: str
    source: str
    uri: str
    contract: str
    state: str
    options: dict[str, Any]
    revision: str | None = None
    redeclared: str | None = None
    forgotten: int = 0
    registered: date | None = None
