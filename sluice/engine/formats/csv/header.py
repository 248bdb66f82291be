"""The header of a CSV file, read when the file is planned."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sluice.engine.declare.sources.files import QUOTE, is_delimiter
from sluice.engine.formats.csv.dialect import Dialect
from sluice.engine.formats.csv.escapes import hidden
from sluice.engine.formats.csv.fields import first_fields
from sluice.engine.formats.csv.quotes import QuoteRules, walk_quotes
from sluice.engine.formats.csv.records import RecordIndex, count_lines, index_records, line_end_mask
from sluice.engine.formats.csv.rejects import quote_fault
from sluice.engine.formats.csv.sniff import refuse_no_csv, sniff_delimiter
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.rejects import quoted
from sluice.engine.formats.text.source import UTF8_MARK, Source
from sluice.errors import ConfigError, DataError

_HEAD = 1 << 16
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SEP_LINE = re.compile(rb'("?)sep=(.)\1(?:\r\n|\r|\n|\Z)', re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class CsvOptions:
    """The declared options, which are not detected.

    `skip` physical lines come before the header; `header` names the columns of files without one. With `strict_quotes`
    a quote in an unquoted field is a fault; without `line_breaks` so is one that is not closed on its line; with
    `header_once` a row like the header is data. `quote` and `escape` are as of QuoteRules. `footer` is
    what is not data at the end.
    """

    delimiter: str | None = None
    skip: int = 0
    header: Sequence[str] | None = None
    strict_quotes: bool = False
    header_once: bool = False
    line_breaks: bool = True
    quote: str | None = QUOTE
    escape: str | None = None
    footer: int | str = 0


def read_dialect(source: Source, limits: Limits, options: CsvOptions) -> Dialect:
    """Read the header from a source at its start, and leave the source at the body.

    Raises DataError: `empty_file`, `not_csv`, `header_too_long`, `preamble_too_long`.
    """
    if options.delimiter is not None and not is_delimiter(options.delimiter):
        raise ConfigError(f"delimiter must be one ASCII character, not {options.delimiter!r}.")
    head = source.peek(_HEAD)
    refuse_no_csv(head)
    offset = len(UTF8_MARK) if head.startswith(UTF8_MARK) else 0
    source.skip(offset)
    sep, length = _sep_line(source, options)
    offset += length + _skip_preamble(source, options.skip, limits)
    skipped = options.skip + bool(sep)
    delimiter = options.delimiter or sep
    if delimiter is None:
        head = source.peek(_HEAD)
        width = len(options.header) if options.header else None
        delimiter = sniff_delimiter(
            head, whole=len(head) < _HEAD, width=width, quote=options.quote, escape=options.escape
        )
    if options.header is not None:
        # with a declared header the files have none, so a row of these names is data
        once = replace(options, header_once=True)
        return _dialect(once, delimiter, tuple(options.header), offset, skipped + 1, sep)
    rules = QuoteRules(delimiter, options.strict_quotes, options.line_breaks, options.quote, options.escape)
    record, length, lines = _header_record(source, rules, limits, skipped)
    source.skip(length)
    names, line = _header_names(record, rules, limits), skipped + lines + 1
    return _dialect(options, delimiter, names, offset + length, line, sep)


def _sep_line(source: Source, options: CsvOptions) -> tuple[str | None, int]:
    """The delimiter that the first line names (`sep=;`, as Excel reads and writes it), and the length of that line.

    Not where lines are skipped, nor in text that Sluice writes. Raises DataError `not_csv` for another delimiter.
    """
    found = None if options.skip or options.header_once else _SEP_LINE.match(source.peek(16))
    if found is None:
        return None, 0
    sep = found[2].decode("latin-1")
    if not is_delimiter(sep):
        raise DataError(
            "not_csv",
            f"Line 1 names the delimiter {quoted(found[2])}, which no CSV can have. Export it with one of , ; tab |.",
        )
    source.skip(found.end())
    return sep, found.end()


def _dialect(
    options: CsvOptions, delimiter: str, header: tuple[str, ...], offset: int, line: int, sep: str | None
) -> Dialect:
    return Dialect(
        delimiter,
        header,
        offset,
        line,
        strict_quotes=options.strict_quotes,
        header_once=options.header_once,
        line_breaks=options.line_breaks,
        quote=options.quote,
        escape=options.escape,
        note=None if sep is None else _sep_note(sep, delimiter),
    )


def _sep_note(sep: str, delimiter: str) -> str:
    what = f"Line 1 is not data: it names the delimiter (sep={_word(sep)})"
    return (
        f"{what}." if sep == delimiter else f"{what}, and the declared delimiter {_word(delimiter)} was used instead."
    )


def _word(delimiter: str) -> str:
    return "tab" if delimiter == "\t" else delimiter


def _skip_preamble(source: Source, lines: int, limits: Limits) -> int:
    """Skip that many physical lines. Returns their length in bytes."""
    if not lines:
        return 0
    longest = limits.max_header_bytes
    head = source.peek(longest)
    whole = len(head) < longest
    ends = np.flatnonzero(line_end_mask(head, final=whole)) if head else np.zeros(0, np.int64)
    if whole and (ends.size < lines or int(ends[lines - 1]) + 1 == len(head)):
        raise DataError("empty_file", f"The file ends within the {lines} lines that are skipped: there is no header.")
    if ends.size < lines:
        raise DataError(
            "preamble_too_long", f"The {lines} lines to skip do not end within {longest:,} bytes: is this the file?"
        )
    length = int(ends[lines - 1]) + 1
    source.skip(length)
    return length


def _header_record(source: Source, rules: QuoteRules, limits: Limits, skipped: int) -> tuple[bytes, int, int]:
    """The first record, and the bytes and lines up to its end. A fault in its quotes refuses the file."""
    longest = limits.max_header_bytes + 2  # a line end
    if (plain := _plain_line(source.peek(min(_HEAD, longest)), rules)) is not None:
        return plain.removesuffix(b"\n").removesuffix(b"\r"), len(plain), 1
    for size in (min(_HEAD, longest), longest):
        head = source.peek(size)
        index = index_records(head, rules, final=len(head) < size)
        if index.starts.size:
            start, stop, end = int(index.starts[0]), int(index.stops[0]), int(index.ends[0])
            _refuse_bad_quotes(head[:stop], start, index, skipped, rules)
            lines = index_records(head[:end], rules, final=True).counted.lines
            return head[start:stop], end, lines
        if len(head) < size:
            raise DataError("empty_file", "There is no header: after the lines that are skipped the file is empty.")
    raise DataError(
        "header_too_long",
        f"The header does not end within {limits.max_header_bytes:,} bytes: this is not a CSV file, "
        f"or {_open_quote(head, rules, skipped)}. It starts with {quoted(head)}.",
    )


def _plain_line(head: bytes, rules: QuoteRules) -> bytes | None:
    """The first line with its line end, if it must be the first record: it has text, and no quote. As most headers."""
    line = head[: head.find(b"\n") + 1]
    text = line.removesuffix(b"\n").removesuffix(b"\r")
    return line if text and rules.without_signs(text) and b"\r" not in text else None


def _refuse_bad_quotes(head: bytes, start: int, index: RecordIndex, skipped: int, rules: QuoteRules) -> None:
    """Raise DataError if the first record, at the end of the head, has a fault: it may lack columns."""
    fault = index.faults[0] if index.faults else None
    if fault is not None and fault.at < len(head):
        what = quote_fault(head[start:], fault.code, fault.at - start, rules)
        raise DataError(fault.code, f"Line {_line_at(head, fault.at, skipped)}, in the header: {what}")


def _open_quote(head: bytes, rules: QuoteRules, skipped: int) -> str:
    edges = walk_quotes(hidden(head, rules).data, rules, final=False).edges
    if edges.size % 2 == 0:
        return "a quote in its header is not closed"
    return f"the quote that opens on line {_line_at(head, int(edges[-1]), skipped)} is not closed"


def _line_at(head: bytes, at: int, skipped: int) -> int:
    return skipped + count_lines(head[:at] + b"x")


def _header_names(record: bytes, rules: QuoteRules, limits: Limits) -> tuple[str, ...]:
    try:
        text = record.decode()
        names = first_fields(text, rules)
    except UnicodeDecodeError as error:
        what = f"Byte {error.start + 1} of the header, 0x{record[error.start]:02X}, is not UTF-8"
        advice = "save the file as CSV UTF-8, or declare its encoding: Files(..., encoding='cp1252')"
        raise DataError("not_csv", f"{what}; {advice}. It reads {quoted(record)}.") from error
    except csv.Error as error:
        raise DataError("header_too_long", f"The header cannot be read: {error}.") from error
    if strange := _CONTROL.search(text.replace(rules.delimiter, " ")):
        what = f"The header holds the control character 0x{ord(strange.group()):02X}"
        raise DataError("not_csv", f"{what}: this is not a CSV file. It reads {quoted(record)}.")
    if len(names) > limits.max_columns:
        raise DataError(
            "header_too_long", f"The header has {len(names):,} columns, the limit is {limits.max_columns:,}."
        )
    return tuple(name.strip() for name in names)
