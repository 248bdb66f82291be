"""Rows refused before any value is read, and how their text is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass

SHOWN = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_QUOTED = 40  # characters shown of a line that is not a row


@dataclass(frozen=True)
class RowReject:
    """A refused record. `line` is its first physical line, `raw` its text, at most 200 characters.

    If a quote is not closed, `line` is the one where it opens, with which the record was ended.
    `raw` can always be stored: bytes that are not UTF-8, and NUL, are written out as `\\xNN`.
    `other_line` is another line of the file that the reason refers to, if it refers to one.
    """

    line: int
    column: str | None
    code: str
    reason: str
    raw: str
    other_line: int | None = None


def show(record: bytes) -> str:
    """A record's text, readable and storable in PostgreSQL."""
    head = record[: 4 * SHOWN + 4]  # a character has at most 4 bytes
    text = head.decode("utf-8", "backslashreplace").replace("\0", "\\x00")
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def quoted(record: bytes) -> str:
    """The beginning of a record in quotes; what is not text is written as `\\xNN`, once."""
    text = record[: 4 * _QUOTED].decode("utf-8", "backslashreplace")
    return "'" + excerpt(_CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)) + "'"


def excerpt(text: str) -> str:
    """The beginning of a text, at most 40 characters."""
    return text if len(text) <= _QUOTED else f"{text[: _QUOTED - 1]}…"
