"""The books of one source, while its rows are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TypedDict, TypeVar

T = TypeVar("T")


class SourceBooks(TypedDict):
    """read = loaded + duplicate + rejected; `rejected` by code. `planted` counts the rows with each defect."""

    read: int
    loaded: int
    duplicate: int
    rejected: dict[str, int]
    planted: dict[str, int]


class Books:
    """What is written of one source; rows that are repeated or refused are said so after they were noted."""

    def __init__(self) -> None:
        self.read = self.duplicate = 0
        self.rejected, self.planted = Counter[str](), Counter[str]()

    def noted(self, rows: Iterable[T], defects_of: Callable[[T], Iterable[str]]) -> Iterator[T]:
        """The rows, each noted as it passes."""
        for row in rows:
            self.read += 1
            self.planted.update(defects_of(row))
            yield row

    def repeated(self, rows: int) -> None:
        """Rows that stand there once more, word by word."""
        self.read += rows
        self.duplicate += rows

    @property
    def loaded(self) -> int:
        return self.read - self.duplicate - self.rejected.total()

    def books(self) -> SourceBooks:
        """What was noted."""
        return {
            "read": self.read,
            "loaded": self.loaded,
            "duplicate": self.duplicate,
            "rejected": dict(sorted(self.rejected.items())),
            "planted": dict(sorted(self.planted.items())),
        }
