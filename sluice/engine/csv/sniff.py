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


def _fit(text: str, delimiter: str, *, whole: bool) -> tuple[bool, float, int]:
    """How well a delimiter fits, the higher the better.

    Whether it leaves no quote in the header's names (a wrong one cuts quoted names in two), the share of
    records with as many fields as the header, and how many those are.
    """
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        header = next(filter(None, reader), [])
        counts = [len(header), *(len(fields) for fields in islice(reader, _RECORDS) if fields)]
    except csv.Error:  # a field longer than that module takes: not with this delimiter
        return (False, 0.0, 0)
    if not whole and len(counts) > 1:
        counts.pop()
    if len(header) < 2:
        return (False, 0.0, 0)
    clean = not any('"' in name for name in header)
    return (clean, counts.count(counts[0]) / len(counts), counts[0])
