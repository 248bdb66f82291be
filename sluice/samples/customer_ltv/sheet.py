"""A CSV file while it is written, and its books: what loading it must count, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypedDict

from sluice.samples.customer_ltv.outcomes import Line, RowOutcomes
from sluice.samples.customer_ltv.rates import DUPLICATE


class Rejects(TypedDict):
    """Rejected lines of one code, counted from 1, header included."""

    count: int
    lines: list[int]


class FileBooks(TypedDict):
    """read = loaded + duplicate + rejected. Of two rows of a customer the later is loaded, the other a duplicate."""

    name: str
    source: str
    read: int
    loaded: int
    duplicate: int
    rejected: int
    rejects: dict[str, Rejects]


class Sheet:
    """One file. Every record is one line."""

    def __init__(self, folder: Path, name: str, source: str, header: str) -> None:
        self.name, self.source = name, source
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        self._file = (folder / name).open("w", encoding="utf-8", newline="\n")
        self._file.write(header + "\n")
        self._line = 1
        self._loaded = self._duplicate = 0
        self._rejects: dict[str, list[int]] = {}
        self._postponed: list[Line] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Write what was postponed, and close."""
        if kind is None:
            self.write_odd(self._postponed)
        self._file.close()

    def write(self, columns: Sequence[Sequence[str]], outcomes: RowOutcomes) -> list[str]:
        """Write a block with its outcomes. Returns the lines of all its rows, also of those not written."""
        lines = list(map(",".join, zip(*columns, strict=True)))
        odd = sorted({*outcomes.unwritten, *outcomes.refused, *outcomes.behind})
        start = 0
        for place in odd:
            self.write_loaded(lines[start:place])
            start = place + 1
            if place in outcomes.refused:
                self.write_odd([outcomes.refused[place]])
            elif place not in outcomes.unwritten:
                self.write_loaded(lines[place:start])
            self.write_odd(outcomes.behind.get(place, ()))
        self.write_loaded(lines[start:])
        self._postponed += outcomes.postponed
        return lines

    def write_loaded(self, lines: Sequence[str]) -> None:
        """Write lines that are to be loaded."""
        if lines:
            self._file.write("\n".join(lines) + "\n")
        self._line += len(lines)
        self._loaded += len(lines)

    def write_odd(self, lines: Iterable[Line]) -> None:
        """Write lines that are not loaded."""
        for text, code in lines:
            self._file.write(text + "\n")
            self._line += 1
            if code == DUPLICATE:
                self._duplicate += 1
            else:
                self._rejects.setdefault(code, []).append(self._line)

    def books(self) -> FileBooks:
        """The books of all that was written."""
        rejected = sum(map(len, self._rejects.values()))
        return {
            "name": self.name,
            "source": self.source,
            "read": self._loaded + self._duplicate + rejected,
            "loaded": self._loaded,
            "duplicate": self._duplicate,
            "rejected": rejected,
            "rejects": {code: {"count": len(at), "lines": at} for code, at in sorted(self._rejects.items())},
        }
