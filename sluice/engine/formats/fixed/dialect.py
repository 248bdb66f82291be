"""The dialect of a file of fixed width, and a line cut into its columns."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Any

NAME = "fixed"
PAD = " "


@dataclass(frozen=True)
class FixedWidth:
    """Stored in the ledger as JSON. `widths` are in characters. `body_offset` is the byte, counted from 0, and
    `body_line` the line, counted from 1, of the first record or of a blank line before it. `encoding` is the file's, if
    it was not UTF-8; `header_once`: a line like the header is data."""

    header: tuple[str, ...]
    widths: tuple[int, ...]
    body_offset: int
    body_line: int
    encoding: str | None = None
    header_once: bool = False

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The first character of each column, counted from 0, and the one behind it."""
        ends = list(accumulate(self.widths))
        return [(end - width, end) for end, width in zip(ends, self.widths, strict=True)]

    def cut(self, line: str) -> list[str]:
        """The values of a line, without the blanks around them."""
        return [line[start:end].strip(PAD) for start, end in self.spans]

    def column_at(self, character: int) -> str | None:
        """The name of the column of a character, counted from 0; None behind the last one."""
        spans = zip(self.header, self.spans, strict=False)
        return next((name for name, (_, end) in spans if character < end), None)

    def to_json(self) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "format": NAME,
            "header": list(self.header),
            "widths": list(self.widths),
            "body_offset": self.body_offset,
            "body_line": self.body_line,
        }
        facts |= {"header_once": True} if self.header_once else {}
        return facts | ({"encoding": self.encoding} if self.encoding else {})

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> FixedWidth:
        facts = {name: value for name, value in stored.items() if name != "format"}
        return cls(**facts | {"header": tuple(facts["header"]), "widths": tuple(facts["widths"])})
