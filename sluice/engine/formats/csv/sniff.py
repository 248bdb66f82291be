"""The first look at a file: whether it is text at all, and its delimiter, the one that gives the first records as many
fields as the header."""

from __future__ import annotations

import csv
import io
from itertools import islice

from sluice.engine.declare.sources.files import QUOTE
from sluice.engine.formats.csv.dialect import DELIMITERS
from sluice.engine.formats.csv.fields import rules_of_python
from sluice.engine.formats.csv.quotes import QuoteRules
from sluice.engine.formats.text.binary import refuse_other_kinds
from sluice.engine.formats.text.source import UTF8_MARK
from sluice.errors import DataError

_RECORDS = 200


def refuse_no_csv(head: bytes) -> None:
    """Raise DataError `empty_file` or `not_csv` by the head of a file."""
    if not head.removeprefix(UTF8_MARK).strip(b"\r\n"):
        raise DataError("empty_file", "The file is empty, without a header.")
    refuse_other_kinds(head)


def sniff_delimiter(
    head: bytes,
    *,
    whole: bool,
    width: int | None = None,
    quote: str | None = QUOTE,
    escape: str | None = None,
) -> str:
    """The delimiter by which most of the first records have as many fields as the header, more than one.

    `whole` if the head is the whole file; otherwise its last record is incomplete and ignored. `width` is the number of
    declared columns of a file without header; `quote` and `escape` are declared. A comma if no delimiter splits the
    header: the file has a single column.
    """
    line = head.lstrip(b"\r\n").partition(b"\n")[0]
    others = [each for each in DELIMITERS if each not in (quote, escape)]
    in_header = [each for each in others if each.encode() in line]
    plain = QuoteRules("", quote=quote, escape=escape).without_signs(line)
    if width is None and len(in_header) == 1 and plain and b"\r" not in line.removesuffix(b"\r"):
        return in_header[0]  # no other one splits the header, so none has a score
    # Latin-1 never fails, and keeps every delimiter and quote
    text = head.decode("latin-1")
    rules = [QuoteRules(each, quote=quote, escape=escape) for each in others]
    return max(rules, key=lambda each: _fit(text, each, whole=whole, width=width)).delimiter


def _fit(text: str, rules: QuoteRules, *, whole: bool, width: int | None) -> tuple[bool, float, int]:
    """The score of a delimiter, higher is better.

    Whether the header's names have no quotes (a wrong delimiter splits quoted names), the share of records with as many
    fields as the header, and the number of fields.
    """
    try:
        reader = csv.reader(io.StringIO(text, newline=""), **rules_of_python(rules))
        first = next(filter(None, reader), [])
        expected = width or len(first)
        if expected < 2:
            return (False, 0.0, 0)
        counts = [len(first), *(len(fields) for fields in islice(reader, _RECORDS) if fields)]
    except csv.Error:  # a field longer than that module takes: not with this delimiter
        return (False, 0.0, 0)
    if not whole and len(counts) > 1:
        counts.pop()
    clean = width is not None or not any(rules.quote in name for name in first if rules.quote)
    return (clean, counts.count(expected) / len(counts), expected)
