"""The end of a file that is not data: a declared number of lines, or the last lines that a pattern matches.

The end is known only when it has been read, so the last bytes are always held back.
"""

from __future__ import annotations

import re
from typing import Protocol

from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.source import Source
from sluice.errors import DataError

_BEFORE_WORDS = " \t\r\n\"';,|"


class Taken(Protocol):
    """Bytes that are taken in order: up to `count` of the next ones, none only at the end."""

    def take(self, count: int, /) -> bytes: ...


class Body(Taken, Protocol):
    """What is left of a source without its footer. `note` says at the end what was left out."""

    note: str | None


def body_of(source: Source, footer: int | str, first_line: int, limits: Limits) -> Body:
    """The rest of a source without its footer; `first_line` is the number of its first line."""
    return _Footless(source, footer, first_line, limits.max_header_bytes) if footer else _All(source)


def is_of_footer(text: str, pattern: str) -> bool:
    """Whether a text begins with the pattern, behind blanks, quotes and delimiters."""
    return re.match(pattern, text.lstrip(_BEFORE_WORDS)) is not None


class _All:
    note: str | None = None

    def __init__(self, source: Source) -> None:
        self.take = source.take


class _Footless:
    def __init__(self, source: Source, footer: int | str, first_line: int, longest: int) -> None:
        self.note: str | None = None
        self._source = source
        self._footer = footer
        self._longest = longest
        self._first_line = first_line
        self._lf = self._cr = 0
        self._held = b""
        self._some_taken = False
        self._ended = False

    def take(self, count: int, /) -> bytes:
        """As Body. Raises DataError `footer_too_long`."""
        while not self._ended and len(self._held) < self._longest + count:
            block = self._source.take(count)
            self._held += block
            if not block:
                self._ended = True
                self._held = self._held[: self._begin()]
        size = min(count, len(self._held) - (0 if self._ended else self._longest))
        taken, self._held = self._held[:size], self._held[size:]
        self._some_taken |= bool(taken)
        self._count(taken)
        return taken

    def _begin(self) -> int:
        """Where the footer begins in the bytes that are held, which are the last ones."""
        lines = self._held.splitlines(keepends=True)
        first, found = len(lines), 0
        for at in range(len(lines) - 1, -1, -1):
            if not lines[at].strip():
                continue
            if found == self._footer or not self._fits(lines[at]):
                break
            first, found = at, found + 1
        if first == 0 and self._some_taken:
            raise DataError(
                "footer_too_long",
                f"The lines at the end that are not data (footer={self._footer!r}) are longer than "
                f"{self._longest:,} bytes: is this the file?",
            )
        self._tell(b"".join(lines[:first]), found)
        return sum(map(len, lines[:first]))

    def _fits(self, line: bytes) -> bool:
        return isinstance(self._footer, int) or is_of_footer(line.decode("utf-8", "replace"), self._footer)

    def _tell(self, before: bytes, found: int) -> None:
        if found:
            self._count(before)
            line = self._first_line + (self._lf or self._cr)
            lines = (
                f"Line {line:,}, the last one, is" if found == 1 else f"The last {found:,} lines, from {line:,}, are"
            )
            self.note = f"{lines} not data (footer={self._footer!r})."

    def _count(self, data: bytes) -> None:
        self._lf += data.count(b"\n")
        if not self._lf:
            self._cr += data.count(b"\r")
