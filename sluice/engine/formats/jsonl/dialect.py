"""Detection of JSON lines by the first bytes, and the stored dialect of a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sluice.engine.formats.text.source import UTF8_MARK

NAME = "jsonl"

# a key in quotes, or an empty object. A well-formed line of CSV does not begin so: a field with a quote is in quotes.
# Whether the rest of the line is valid is decided by the parser, row by row
_OBJECT = re.compile(rb'[ \t\r\n]*\{[ \t\r]*(?:"(?:[^"\\\n]|\\.)*+"[ \t\r]*:|\}[ \t\r]*(?:\n|\Z))')
_ARRAY_OF_OBJECTS = re.compile(rb'[ \t\r\n]*\[[ \t\r\n]*\{[ \t\r\n]*"')


@dataclass(frozen=True)
class JsonLines:
    """Detected once, when the file is planned; stored in the ledger as JSON.

    `header` has the keys of the file's first lines, in order of appearance, then requested keys of later lines.
    `body_offset` is the byte, counted from 0, and `body_line` the line, counted from 1, of the first record or of a
    blank line before it. `encoding` is the declared encoding that the file was read with; None: UTF-8.
    `numbered`: each line begins with its own number.
    """

    header: tuple[str, ...]
    body_offset: int
    body_line: int
    encoding: str | None = None
    numbered: bool = False

    def to_json(self) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "format": NAME,
            "header": list(self.header),
            "body_offset": self.body_offset,
            "body_line": self.body_line,
        }
        facts |= {"encoding": self.encoding} if self.encoding else {}
        return facts | ({"numbered": True} if self.numbered else {})

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> JsonLines:
        start = int(stored["body_offset"]), int(stored["body_line"])
        return cls(tuple(stored["header"]), *start, stored.get("encoding"), bool(stored.get("numbered")))


def looks_like_jsonl(head: bytes, *, skip: int = 0) -> bool:
    """Whether the first non-blank line after `skip` lines begins a JSON object; never true for a CSV.

    Also true for a JSON array of objects, which `plan_jsonl` refuses with advice.
    """
    body = head.removeprefix(UTF8_MARK).split(b"\n", skip)[-1]
    return bool(_OBJECT.match(body) or looks_like_array(body))


def looks_like_array(body: bytes) -> bool:
    """Whether the text is one JSON array of objects rather than an object a line."""
    return bool(_ARRAY_OF_OBJECTS.match(body))
