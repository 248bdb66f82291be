"""What a load of a sample must come to, noted down while the sample is written.

Nothing here reads a file back: the record is of what was planted, so it can judge every parser.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypedDict

from sluice.samples.calls import Call


class FileBooks(TypedDict):
    """read = loaded + duplicate + rejected."""

    name: str
    read: int
    loaded: int
    duplicate: int
    rejected: int


class RejectAt(TypedDict):
    """`line` is the first physical line of the record, counted from 1, header included."""

    file: str
    line: int
    code: str


class Sums(TypedDict):
    """Over loaded rows: dollars as exact text with four decimals, and whole seconds."""

    call_cost_usd: str
    call_duration_s: int


class Expected(TypedDict):
    """The content of expected.json. `rejects` are sorted by file and line."""

    pipeline: str
    seed: int
    files: list[FileBooks]
    read: int
    loaded: int
    duplicate: int
    rejected: int
    rejects: list[RejectAt]
    sums: Sums


@dataclass
class Record:
    """The books of a sample while it is written, one file after the other."""

    files: list[FileBooks] = field(default_factory=list)
    rejects: list[RejectAt] = field(default_factory=list)
    cost: int = 0
    duration_s: int = 0

    def open_file(self, name: str) -> None:
        self.files.append({"name": name, "read": 0, "loaded": 0, "duplicate": 0, "rejected": 0})

    def load(self, call: Call) -> None:
        self.cost += call.cost or 0
        self.duration_s += call.duration_s or 0

    def duplicate(self) -> None:
        self.files[-1]["duplicate"] += 1

    def reject(self, line: int, code: str) -> None:
        books = self.files[-1]
        books["rejected"] += 1
        self.rejects.append({"file": books["name"], "line": line, "code": code})

    def close_file(self, read: int) -> None:
        books = self.files[-1]
        books["read"] = read
        books["loaded"] = read - books["duplicate"] - books["rejected"]

    def expected(self, pipeline: str, seed: int) -> Expected:
        return {
            "pipeline": pipeline,
            "seed": seed,
            "files": self.files,
            "read": sum(books["read"] for books in self.files),
            "loaded": sum(books["loaded"] for books in self.files),
            "duplicate": sum(books["duplicate"] for books in self.files),
            "rejected": sum(books["rejected"] for books in self.files),
            "rejects": self.rejects,
            "sums": {
                "call_cost_usd": f"{self.cost // 10_000}.{self.cost % 10_000:04d}",
                "call_duration_s": self.duration_s,
            },
        }
