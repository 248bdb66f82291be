"""What a text holds, letter by letter: the reference that plan and parse are held to. Slow and simple on purpose.

`records_of` knows every rule about quotes; `strictly` is Python's csv module in strict mode, which refuses a text at
the first fault.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass
class Record:
    """`line` is the first physical line, `fault_line` where the quote at fault opens."""

    line: int
    fields: list[str] = field(default_factory=list)
    fault: str | None = None
    fault_line: int = 0
    size: int = 0  # bytes without the line end

    def refused(self, header: list[str], longest: int) -> tuple[int, str] | None:
        """The line and the code of the reject that is due, by the order of precedence."""
        text = "".join(self.fields)
        if self.size > longest:
            return self.line, "line_too_long"
        if self.fault is not None:
            return (self.fault_line if self.fault == "unclosed_quote" else self.line), self.fault
        if "\0" in text:
            return self.line, "nul"
        if any("\udc80" <= letter <= "\udcff" for letter in text):
            return self.line, "invalid_utf8"
        if len(self.fields) != len(header):
            return self.line, "ragged_row"
        bare = [each.strip(" \t\r\n\ufeff") for each in self.fields]
        return (self.line, "repeated_header") if bare == header else None


def to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def records_of(text: str, delimiter: str, *, strict: bool = False) -> list[Record]:
    """All records of a text, header included; blank lines are none."""
    found, at = [], 0
    while at < len(text):
        record, end = _record(text, at, delimiter, strict)
        record.size = len(to_bytes(text[at:end]))
        if end > at:
            found.append(record)
        line_end = LINE_END.match(text, end)
        at = line_end.end() if line_end else end
    return found


def _record(text: str, at: int, delimiter: str, strict: bool) -> tuple[Record, int]:
    """The record that starts there, and where it ends, before its line end."""
    record = Record(_line(text, at))
    while True:
        fault, value, end = _quoted(text, at, delimiter) if text[at : at + 1] == '"' else (None, "", at)
        if fault == "unclosed_quote":
            _note(record, fault, _line(text, at))
            return record, _until(text, at, "")
        rest = text[end : _until(text, end, delimiter)]
        _note(record, fault or ("bare_quote" if strict and end == at and '"' in rest else None), record.line)
        record.fields.append(value + rest)
        at = end + len(rest)
        if text[at : at + 1] != delimiter:
            return record, at
        at += 1


def _quoted(text: str, at: int, delimiter: str) -> tuple[str | None, str, int]:
    """The fault of the quoted field that starts there, its text, and where its closing quote was."""
    value, end = "", at + 1
    while text[end : end + 1] != '"' or text[end : end + 2] == '""':
        if end >= len(text):
            return "unclosed_quote", "", end
        value += text[end]
        end += 2 if text[end] == '"' else 1
    end += 1
    blanks = " " if delimiter == "\t" else " \t"
    behind = text[end:].lstrip(blanks)[:1]
    if behind in ("", "\r", "\n", delimiter):
        return None, value, end
    return ("unclosed_quote" if LINE_END.search(value) else "text_after_quote"), value, end


def _note(record: Record, fault: str | None, line: int) -> None:
    if fault is not None and record.fault is None:
        record.fault, record.fault_line = fault, line


def _until(text: str, at: int, delimiter: str) -> int:
    """Where the next delimiter is, or the line's end."""
    while at < len(text) and text[at] not in ("\r", "\n", delimiter):
        at += 1
    return at


def _line(text: str, at: int) -> int:
    return len(LINE_END.findall(text[:at])) + 1 - (text[at - 1 : at + 1] == "\r\n")


def strictly(text: str, delimiter: str) -> tuple[list[tuple[int, list[str]]], int | None]:
    """The records with their first lines, by the csv module in strict mode, up to the one that it refuses, and the
    first line of that."""
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        for each in io.StringIO(text, newline=""):
            taken += 1
            yield each

    found, reader = [], csv.reader(lines(), delimiter=delimiter, strict=True)
    while True:
        line = taken + 1
        try:
            fields = next(reader)
        except StopIteration:
            return found, None
        except csv.Error:
            return found, line
        if fields:
            found.append((line, fields))
