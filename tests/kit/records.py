"""What records a CSV text holds, letter by letter, with every rule about quotes. Slow and simple on purpose.

It imports nothing of Sluice, so that plan, parse and whole loads can be held to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass
class Record:
    """`line` is the first physical line; `fault` the first fault of its quotes, on `fault_line`.

    Where a quote is not closed (`unclosed_quote`) that is the line where it opens, and the record ends with it.
    """

    line: int
    fields: list[str] = field(default_factory=list)
    fault: str | None = None
    fault_line: int = 0
    size: int = 0  # bytes without the line end


def to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def records_of(text: str, delimiter: str = ",", *, strict: bool = False, line_breaks: bool = True) -> list[Record]:
    """All records of a text, header included; blank lines are none.

    `strict`: a quote in an unquoted field is a fault; without `line_breaks` so is one that is not closed on its line.
    """
    found, at, line = [], 0, 1
    while at < len(text):
        record, end = _record(text, at, line, delimiter, strict=strict, line_breaks=line_breaks)
        record.size = len(to_bytes(text[at:end]))
        if end > at:
            found.append(record)
        line_end = LINE_END.match(text, end)
        line += len(LINE_END.findall(text[at:end])) + 1
        at = line_end.end() if line_end else end
    return found


def _record(text: str, start: int, line: int, delimiter: str, *, strict: bool, line_breaks: bool) -> tuple[Record, int]:
    """The record that starts there, and where it ends, before its line end."""
    record, at = Record(line), start
    while True:
        fault, value, end = _quoted(text, at, delimiter) if text[at : at + 1] == '"' else (None, "", at)
        if fault == "unclosed_quote" or (not line_breaks and LINE_END.search(value)):
            fault = "unclosed_quote"
            _note(record, fault, line + len(LINE_END.findall(text[start:at])))
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
    behind = end
    while text[behind : behind + 1] in (*blanks,):
        behind += 1
    if text[behind : behind + 1] in ("", "\r", "\n", delimiter):
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
