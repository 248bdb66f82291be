"""Lines that say their own number: elements of lists, whose number is that of their record and their place in its list.

Only Sluice writes such lines. Each begins with its number, and one that stands for what cannot be read says so.
"""

from __future__ import annotations

import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.formats.text.header import LINE
from sluice.engine.formats.text.parsed import ParsedPart
from sluice.engine.formats.text.rejects import RowReject
from sluice.engine.types.base import Int64s

_NUMBER = re.compile(rb'^\{"_line": (\d+)', re.MULTILINE)
_REFUSED = re.compile(
    rb'^\{"_line": (\d+), "_refused": (".*?(?<!\\)"), "_code": "(\w+)", "_column": (".*")\}$', re.MULTILINE
)


def numbered_line(number: int, cells: str) -> str:
    """A line with its number; `cells` are its pairs as JSON."""
    return f'{{"_line": {number}, {cells}}}\n' if cells else f'{{"_line": {number}}}\n'


def refused_line(number: int, column: str, code: str, reason: str) -> str:
    """A line that stands for what cannot be read."""
    return numbered_line(
        number, f'"_refused": {json.dumps(reason)}, "_code": "{code}", "_column": {json.dumps(column)}'
    )


def first_number(head: bytes) -> int:
    """The number of the first of some lines."""
    found = _NUMBER.match(head)
    return int(found[1]) if found else 1


def numbers_of(data: bytes) -> Int64s:
    """The numbers of some lines, each of which has one."""
    return np.array([int(number) for number in _NUMBER.findall(data)], np.int64)


def renumbered(parsed: ParsedPart, data: bytes, first_line: int) -> ParsedPart:
    """A part that was read by the places of its lines, with their own numbers instead."""
    numbers = numbers_of(data)
    refused = [_refused(*found) for found in _REFUSED.findall(data)]
    lines = numbers[parsed.rows.column(LINE).to_numpy() - first_line]
    at = parsed.rows.column_names.index(LINE)
    rows = parsed.rows.set_column(at, LINE, pa.array(lines, pa.int64()))
    if refused:
        gone = pa.array([each.line for each in refused], pa.int64())
        rows = rows.filter(pc.invert(pc.is_in(rows.column(LINE), gone))).combine_chunks()
    others = [
        RowReject(int(numbers[each.line - first_line]), each.column, each.code, each.reason, each.raw)
        for each in parsed.rejects
    ]
    return ParsedPart(rows, sorted([*others, *refused], key=lambda reject: reject.line))


def _refused(number: bytes, reason: bytes, code: bytes, column: bytes) -> RowReject:
    return RowReject(int(number), json.loads(column), code.decode(), json.loads(reason), "")
