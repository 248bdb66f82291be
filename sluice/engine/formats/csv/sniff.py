"""Detects the delimiter of a file from its first records: the one that gives them as many fields as the header."""

from __future__ import annotations

import csv
import io
from itertools import islice

from sluice.engine.formats.csv.dialect import DELIMITERS

_RECORDS = 200


def sniff_delimiter(head: bytes, *, whole: bool, width: int | None = None) -> str:
    """The delimiter by which most of the first records have as many fields as the header, more than one.

    `whole` if the head is the whole file; otherwise its last record is incomplete and ignored. `width` is the number of
    declared columns of a file without header. A comma if no delimiter splits the header: the file has a single column.
    """
    line = head.lstrip(b"\r\n").partition(b"\n")[0]
    in_header = [each for each in DELIMITERS if each.encode() in line]
    if width is None and len(in_header) == 1 and b'"' not in line and b"\r" not in line.removesuffix(b"\r"):
        return in_header[0]  # no other one splits the header, so none has a score
    # Latin-1 never fails, and keeps every delimiter and quote
    text = head.decode("latin-1")
    return max(DELIMITERS, key=lambda each: _fit(text, each, whole=whole, width=width))


def _fit(text: str, delimiter: str, *, whole: bool, width: int | None) -> tuple[bool, float, int]:
    """The score of a delimiter, higher is better.

    Whether the header's names have no quotes (a wrong delimiter splits quoted names), the share of records with as many
    fields as the header, and the number of fields.
    """
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        first = next(filter(None, reader), [])
        expected = width or len(first)
        if expected < 2:
            return (False, 0.0, 0)
        counts = [len(first), *(len(fields) for fields in islice(reader, _RECORDS) if fields)]
    except csv.Error:  # a field longer than that module takes: not with this delimiter
        return (False, 0.0, 0)
    if not whole and len(counts) > 1:
        counts.pop()
    clean = width is not None or not any('"' in name for name in first)
    return (clean, counts.count(expected) / len(counts), expected)
