"""Which delimiter a file uses, from its first records: the one that cuts them as it cuts the header."""

from __future__ import annotations

import csv
import io
from itertools import islice

from sluice.engine.csv.dialect import DELIMITERS

_RECORDS = 200


def sniff_delimiter(head: bytes, *, whole: bool) -> str:
    """The delimiter by which most of the first records have as many fields as the header, more than one.

    `whole` if the head is all there is; else its last record is cut off and not looked at. A comma, which
    then stands nowhere outside quotes, if no delimiter cuts the header: the file has a single column.
    """
    # Latin-1 never fails, and does not move a delimiter or a quote.
    text = head.decode("latin-1")
    return max(DELIMITERS, key=lambda each: _fit(text, each, whole=whole))


def _fit(text: str, delimiter: str, *, whole: bool) -> tuple[float, int]:
    """The share of records with as many fields as the header, and how many those are; the higher the better."""
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        counts = [len(fields) for fields in islice(reader, _RECORDS + 1) if fields]
    except csv.Error:  # a field longer than that module takes: not with this delimiter
        return (0.0, 0)
    if not whole and len(counts) > 1:
        counts.pop()
    if not counts or counts[0] == 1:
        return (0.0, 0)
    return (counts.count(counts[0]) / len(counts), counts[0])
