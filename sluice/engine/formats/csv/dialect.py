"""The dialect of one file: the delimiter, the header, where the body starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sluice.engine.declare.sources.files import QUOTE
from sluice.engine.formats.csv.quotes import QuoteRules

DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Dialect:
    """Detected once, when the file is planned; stored in the ledger as JSON.

    `header` is as in the file, unquoted, without a byte order mark and surrounding spaces. `body_offset`
    is the byte, counted from 0, and `body_line` the physical line, counted from 1, after the header record.
    `encoding` is the file's encoding, if it was not UTF-8. `strict_quotes`: a quote in an unquoted field is a fault;
    `header_once`: a row like the header is data; `line_breaks`: quoted text may have line breaks. `quote` and `escape`
    are as of QuoteRules. `note`, a sentence on the file's first line, is not stored with it.
    """

    delimiter: str
    header: tuple[str, ...]
    body_offset: int
    body_line: int
    encoding: str | None = None
    strict_quotes: bool = False
    header_once: bool = False
    line_breaks: bool = True
    quote: str | None = QUOTE
    escape: str | None = None
    note: str | None = field(default=None, compare=False)

    @property
    def quotes(self) -> QuoteRules:
        return QuoteRules(self.delimiter, self.strict_quotes, self.line_breaks, self.quote, self.escape)

    def to_json(self) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "delimiter": self.delimiter,
            "header": list(self.header),
            "body_offset": self.body_offset,
            "body_line": self.body_line,
        }
        facts |= {name: True for name in ("strict_quotes", "header_once") if getattr(self, name)}
        facts |= {} if self.line_breaks else {"line_breaks": False}
        facts |= {} if self.quote == QUOTE else {"quote": self.quote}
        facts |= {"escape": self.escape} if self.escape else {}
        return facts | ({"encoding": self.encoding} if self.encoding else {})

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Dialect:
        return cls(**stored | {"header": tuple(stored["header"])})
