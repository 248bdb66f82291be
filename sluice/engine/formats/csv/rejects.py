"""Rows refused before any value is read, and why.

A record is refused for the first of these that applies: `line_too_long`, the first fault of its quotes and escapes
(`unclosed_quote`, `text_after_quote`, `bare_quote`, `unknown_escape`, `dangling_escape`), `nul`, `invalid_utf8`,
`ragged_row`, `repeated_header`.
"""

from __future__ import annotations

import csv
import re

from sluice.engine.formats.csv.dialect import Dialect
from sluice.engine.formats.csv.escapes import DANGLING, UNKNOWN
from sluice.engine.formats.csv.fields import first_fields
from sluice.engine.formats.csv.quotes import TEXT_AFTER, UNCLOSED, QuoteRules
from sluice.engine.formats.csv.records import count_lines
from sluice.engine.formats.text.beyond import value_beyond, without_marks
from sluice.engine.formats.text.rejects import RowReject, show

_EXCERPT = 20
_NOT_TEXT = re.compile("[\0\udc80-\udcff]")


def not_text(record: bytes, line: int, dialect: Dialect) -> RowReject | None:
    """The reject of a record with a NUL byte or with bytes that are not UTF-8; None if it has neither."""
    at = record.find(b"\0")
    if (value := value_beyond(record)) is not None:
        code, what = "out_of_range", f"'{value}' is too far away for a date or time."
    elif at >= 0:
        code, what = "nul", f"Byte {at + 1} of the record is NUL, which text must not have; remove it."
    else:
        try:
            record.decode()
        except UnicodeDecodeError as error:
            code = "invalid_utf8"
            what = f"Byte {error.start + 1} of the record, 0x{record[error.start]:02X}, is "
            what += (
                f"not a character of {dialect.encoding}, the encoding that the file was read with."
                if dialect.encoding
                else "not UTF-8; save the file as UTF-8, or declare its encoding: Files(..., encoding='cp1252')."
            )
        else:
            return None
    return RowReject(line, _column_at_fault(record, dialect), code, what, show(without_marks(record)))


def badly_quoted(record: bytes, line: int, code: str, at: int, dialect: Dialect) -> RowReject:
    """The reject of a record with a fault in its quotes; `at` is the byte of that quote."""
    if code == UNCLOSED:
        line += count_lines(record[:at] + b"x") - 1
    reason = quote_fault(record, code, at, dialect.quotes)
    if code == UNCLOSED:
        reason += " The row was ended with its line, and the next lines are rows."
    return RowReject(line, _column_at(record[:at], dialect), code, reason, show(record))


def quote_fault(record: bytes, code: str, at: int, rules: QuoteRules) -> str:
    """The reason for a fault of the quote or escape at a byte of the record, and what to do about it."""
    twice = 2 * (rules.quote or "")
    if code in (UNKNOWN, DANGLING):
        return _escape_fault(record, code, at, rules.escape or "")
    if code == UNCLOSED:
        return (
            f"The quote before {show(record[at + 1 : at + 1 + _EXCERPT])!r} is not closed. "
            f"Close it, or write it twice ({twice}) if it belongs to the value."
        )
    if code == TEXT_AFTER:
        return (
            f"Text follows the closing quote of a value: {show(record[at : at + _EXCERPT])!r}. "
            f"Write a quote twice ({twice}) where it belongs to the value."
        )
    return (
        f"A quote stands in a value that is not in quotes, before {show(record[at + 1 : at + 1 + _EXCERPT])!r}, and "
        f"strict_quotes is declared. Put the value in quotes, and write the quote twice ({twice})."
    )


def _escape_fault(record: bytes, code: str, at: int, escape: str) -> str:
    if code == DANGLING:
        return (
            f"The escape character {escape} is the last of its line and escapes nothing. Write it twice ({2 * escape})."
        )
    what = show(record[at : at + 2])
    return (
        f"{what} has no meaning that programs agree on; here an escape character makes the next one a part of the "
        f"value. Write {2 * escape} for {escape}, and a tab or a line break as it is, behind an escape or in quotes."
    )


def repeated_header(record: bytes, line: int) -> RowReject:
    """The reject of a record that repeats the header."""
    reason = "The row repeats the header: it is not data. Nothing is lost; were files put together here?"
    return RowReject(line, None, "repeated_header", reason, show(record))


def ragged(record: bytes, line: int, fields: int, dialect: Dialect) -> RowReject:
    """The reject of a record with more or fewer fields than the header."""
    reason = f"The row has {_fields(fields)}, the header has {len(dialect.header)}."
    more = len(record.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n").split(b"\n")) - 1
    last = line + more if more > 0 else None
    if last is not None:
        reason += f" It runs on to line {last} inside quotes: a closing quote may be missing."
    return RowReject(line, None, "ragged_row", reason, show(record), last)


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"


def _column_at(before: bytes, dialect: Dialect) -> str | None:
    """The column of the field at the end of a record's first bytes, which are without a fault."""
    text = before.decode("utf-8", "surrogateescape")
    try:
        fields = first_fields(text, dialect.quotes) or [""]
    except csv.Error:
        return None
    return dialect.header[len(fields) - 1] if len(fields) <= len(dialect.header) else None


def _column_at_fault(record: bytes, dialect: Dialect) -> str | None:
    text = record.decode("utf-8", "surrogateescape")
    try:
        fields = first_fields(text, dialect.quotes)
    except csv.Error:  # a field longer than that module takes: the record is shown without the column's name
        return None
    for name, value in zip(dialect.header, fields, strict=False):
        if _NOT_TEXT.search(value):
            return name
    return None
