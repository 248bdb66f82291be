"""What came of a load, and where its course is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sluice.chaos.contents import Contents
from sluice.chaos.series import Fault


class Watch(Protocol):
    """Where the course of a load is shown. `share` is from 0 to 1, `at_s` counts from the first finished step."""

    def moved(self, at_s: float, share: float) -> None:
        """The load is so far."""

    def happened(self, at_s: float, share: float, text: str) -> None:
        """A fault has happened."""


@dataclass(frozen=True)
class Happened:
    """A fault of the series in words, with the second in which it happened; None when it could not."""

    fault: Fault
    text: str
    at_s: float | None


@dataclass(frozen=True)
class Loaded:
    """What came of a load. `seconds` are from the first finished step to the end; `error` is why it did not end."""

    name: str
    seconds: float
    happened: Sequence[Happened]
    contents: Contents
    error: str | None = None
    reasons: Sequence[str] = ()
