"""Which delimiter a file uses, from its first records: the one that cuts them as it cuts the header."""

from __future__ import annotations

import csv
import io
from itertools import islice

from sluice.engine.formats.csv.dialect import DELIMITERS

_RECORDS = 200


def sniff_delimiter(head: bytes, *, whole: bool, width: int | None = None) -> str:
    """The delimiter by which most of the first records have as many fields as the header, more than one.

    `whole` if the head is all there is; else its last record is cut off and not looked at. `width` is how many
    columns are declared for a file without header. A comma, which then stands nowhere outside quotes, if no
    delimiter cuts the header: the file has a single column.
    """
    # Latin-1 never fails, and does not move a delimiter or a quote.
    text = head.decode("latin-1")
    return max(DELIMITERS, key=lambda each: _fit(text, each, whole=whole, width=width))


def _fit(text: str, delimiter: str, *, whole: bool, width: int | None) -> tuple[bool, float, int]:
    """How well a delimiter fits, the higher the better.

    Whether it leaves no quote in the header's names (a wrong one cuts quoted names in two), the share of
    records with as many fields as the header, and how many those are.
    """
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        first = next(filter(None, reader), [])
        counts = [len(first), *(len(fields) for fields in islice(reader, _RECORDS) if fields)]
    except csv.Error:  # a field longer than that module takes: not with this delimiter
        return (False, 0.0, 0)
    if not whole and len(counts) > 1:
        counts.pop()
    wanted = width or counts[0]
    if wanted < 2:
        return (False, 0.0, 0)
    clean = width is not None or not any('"' in name for name in first)
    return (clean, counts.count(wanted) / len(counts), wanted)
