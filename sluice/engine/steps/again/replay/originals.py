"""Records of a file, or of its copy in the landing, read again: only bytes that are those which were loaded."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby

import numpy as np

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.formats.known import Record
from sluice.engine.ledger.parts import PartWork, read_parts
from sluice.engine.steps.part.extract import part_bytes
from sluice.errors import InputChanged, LostClaim, NotHere, TransientError

query = statements(__name__)


def original_records(input_id: int, lines: Sequence[int], records: Record) -> dict[int, bytes]:
    """The records of an input at these lines (sorted), by line; without those that cannot be had any more."""
    parts = _parts(input_id) if lines else []
    if not parts:
        return {}
    firsts = [part.first_line for part in parts]
    found: dict[int, bytes] = {}
    for at, group in groupby(lines, lambda line: bisect_right(firsts, line) - 1):
        wanted = [*group]
        data = _bytes(parts[at]) if at >= 0 else None
        if data is not None:
            cut = records.cut(data, np.array(wanted, np.int64) - parts[at].first_line)
            found |= dict(zip(wanted, cut, strict=True))
    return found


def _parts(input_id: int) -> list[PartWork]:
    with transaction() as cursor:
        cursor.execute(query("parts_of"), {"input": input_id})
        ids = [part for (part,) in cursor.fetchall()]
    try:
        return read_parts(ids)
    except LostClaim:  # purged meanwhile
        return []


def _bytes(part: PartWork) -> bytes | None:
    try:
        return None if part.overlong else part_bytes(part)
    except (InputChanged, NotHere, TransientError):
        return None
