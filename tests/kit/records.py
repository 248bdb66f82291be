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
    earlier: bool = False  # a fault in a field before the last one


def to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


@dataclass(frozen=True)
class Signs:
    """The characters of a CSV text that are not values."""

    delimiter: str
    quote: str | None
    escape: str | None
    strict: bool
    line_breaks: bool


def records_of(
    text: str,
    delimiter: str = ",",
    *,
    strict: bool = False,
    line_breaks: bool = True,
    quote: str | None = '"',
    escape: str | None = None,
) -> list[Record]:
    """All records of a text, header included; blank lines are none.

    `strict`: a quote in an unquoted field is a fault; without `line_breaks` so is one that is not closed on its line.
    """
    signs = Signs(delimiter, quote, escape, strict, line_breaks)
    found, at, line = [], 0, 1
    while at < len(text):
        record, end = _record(text, at, line, signs)
        record.size = len(to_bytes(text[at:end]))
        if end > at:
            found.append(record)
        line_end = LINE_END.match(text, end)
        behind = line_end.end() if line_end else end
        line += len(LINE_END.findall(text[at:behind]))
        at = behind
    return found


def _record(text: str, start: int, line: int, signs: Signs) -> tuple[Record, int]:
    """The record that starts there, and where it ends, before its line end."""
    record, at = Record(line), start
    while True:
        fault, value, end, faults = None, "", at, list[str]()
        if signs.quote and text[at : at + 1] == signs.quote:
            fault, value, end, faults = _quoted(text, at, signs)
        broken = not signs.line_breaks and LINE_END.search(text[at:end])
        if fault == "unclosed_quote" or broken:
            _note(record, "unclosed_quote", line + len(LINE_END.findall(text[start:at])))
            return record, _until(text, at, signs, delimiter="")
        rest = _until(text, end, signs)
        more, codes = _plain(text[end:rest], rest == len(text), signs, bare=end == at)
        for code in (fault, *faults, *codes):
            _note(record, code, record.line)
        is_null = end == at and signs.escape and text[at:rest] == f"{signs.escape}N"
        if is_null:
            record.fault = None if codes == ["unknown_escape"] and not record.earlier else record.fault
        record.earlier = record.earlier or record.fault is not None
        record.fields.append("" if is_null else value + more)
        at = rest
        if text[at : at + 1] != signs.delimiter:
            return record, at
        at += 1


def _quoted(text: str, at: int, signs: Signs) -> tuple[str | None, str, int, list[str]]:
    """The fault of the quoted field that starts there, its text, where its closing quote was, and faults of escapes."""
    quote, value, end, faults = signs.quote, "", at + 1, list[str]()
    assert quote is not None
    while text[end : end + 1] != quote or text[end : end + 2] == 2 * quote:
        if end >= len(text):
            return "unclosed_quote", "", end, []
        if text[end] == signs.escape and end + 1 < len(text):
            faults += _escape_faults(text[end + 1], signs)
            end += 1
            value += text[end]
            end += 1
            continue
        value += text[end]
        end += 2 if text[end] == quote else 1
    end += 1
    blanks = " " if signs.delimiter == "\t" else " \t"
    behind = end
    while text[behind : behind + 1] in (*blanks,):
        behind += 1
    if text[behind : behind + 1] in ("", "\r", "\n", signs.delimiter):
        return None, value, end, faults
    return ("unclosed_quote" if _line_ends(text[at:end], signs) else "text_after_quote"), value, end, faults


def _line_ends(text: str, signs: Signs) -> bool:
    """Whether a text has a line end that is not escaped."""
    return _until(text, 0, signs, delimiter="") < len(text)


def _plain(text: str, last: bool, signs: Signs, *, bare: bool) -> tuple[str, list[str]]:
    """The value of text outside of quotes, and the codes of its faults, in order."""
    value, codes, at = "", list[str](), 0
    while at < len(text):
        if text[at] == signs.escape:
            if at + 1 == len(text):
                codes.append("dangling_escape")
                return value, codes
            codes += _escape_faults(text[at + 1], signs)
            at += 1
        elif text[at] == signs.quote and signs.strict and bare:
            codes.append("bare_quote")
        value += text[at]
        at += 1
    return value, codes


def _escape_faults(behind: str, signs: Signs) -> list[str]:
    return ["unknown_escape"] if behind.isascii() and behind.isalnum() else []


def _note(record: Record, fault: str | None, line: int) -> None:
    if fault is not None and record.fault is None:
        record.fault, record.fault_line = fault, line


def _until(text: str, at: int, signs: Signs, delimiter: str | None = None) -> int:
    """Where the next delimiter is, or the line's end, that is not escaped."""
    ends = ("\r", "\n", signs.delimiter if delimiter is None else delimiter)
    while at < len(text) and text[at] not in ends:
        if text[at] == signs.escape and (signs.line_breaks or text[at + 1 : at + 2] not in ("\r", "\n")):
            at += 1
        at += 1
    return min(at, len(text))
