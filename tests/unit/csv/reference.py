"""What Python's csv module says about a text: the reference that plan and parse are held to."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Record:
    line: int
    fields: tuple[str, ...]
    size: int  # bytes without the line end

    def code(self, width: int, longest: int) -> str | None:
        """The reject code that is due, by the order of precedence."""
        text = "".join(self.fields)
        if self.size > longest:
            return "line_too_long"
        if "\0" in text:
            return "nul"
        if any("\udc80" <= letter <= "\udcff" for letter in text):
            return "invalid_utf8"
        return "ragged_row" if len(self.fields) != width else None


def to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def records_of(text: str, delimiter: str) -> list[Record]:
    """All records of a text, header included; blank lines are none."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    found = []
    reader = csv.reader(lines(), delimiter=delimiter)
    line = 1
    for fields in reader:
        if fields:
            found.append(Record(line, tuple(fields), _size("".join(taken), fields, delimiter)))
        taken.clear()
        line = reader.line_num + 1
    return found


def _size(raw: str, fields: list[str], delimiter: str) -> int:
    for end in ("\r\n", "\n", "\r"):
        if raw.endswith(end):
            without = raw.removesuffix(end)
            # A line end inside a quote that is open at the end of the file belongs to the record.
            same = list(csv.reader(io.StringIO(without, newline=""), delimiter=delimiter)) == [fields]
            return len(to_bytes(without if same else raw))
    return len(to_bytes(raw))
