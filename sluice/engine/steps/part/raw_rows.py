"""The text of refused rows, kept with their rejects: whole, without personal data, and within limits."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Sequence

import numpy as np
import pyarrow as pa

from sluice.engine.base.settings import settings
from sluice.engine.formats.known import Record, records_of
from sluice.engine.formats.text.header import plain
from sluice.engine.ledger.parts import PartWork
from sluice.engine.rows.rejects import HIDDEN, MASKED, RAW, WITHOUT_TEXT
from sluice.errors import InputChanged, NotHere, TransientError

_NOT_TEXT = re.compile("[\0\udc80-\udcff]")
_NO_CHARACTER = "\ufffd"

Kept = tuple[str | None, str | None]  # the text, and as JSON the names of the columns that it lacks
NOT_KEPT: Kept = (None, None)


def with_raw(refused: pa.Table, work: PartWork, hidden: Collection[str], read: Callable[[PartWork], bytes]) -> pa.Table:
    """Rejects of a part with the text of their records, as many as are kept, without the values of `hidden` headers.
    `read` gives the part's bytes."""
    if not refused.num_rows or not settings().keep_raw:
        return refused
    return append(refused, raw_rows(refused.column("line").to_pylist(), work, hidden, read))


def append(refused: pa.Table, kept: Sequence[Kept]) -> pa.Table:
    """Rejects with their texts, in their order; the last ones may have none, and those of forgotten
    and expired rows have none."""
    codes = refused.column("code").to_pylist()[: len(kept)]
    kept = [NOT_KEPT if code in WITHOUT_TEXT else each for code, each in zip(codes, kept, strict=True)]
    whole = [*kept, *[NOT_KEPT] * (refused.num_rows - len(kept))]
    for at, name in enumerate((RAW, MASKED)):
        refused = refused.append_column(name, pa.array([each[at] for each in whole], pa.string()))
    return refused


def raw_rows(
    lines: Sequence[int], work: PartWork, hidden: Collection[str], read: Callable[[PartWork], bytes]
) -> list[Kept]:
    """The text of the records of a part at these lines, each as it may be kept; those after the limit are left out."""
    few = lines[: settings().raw_rows]
    if work.overlong:
        return []
    try:
        data = read(work)
    except (InputChanged, NotHere, TransientError):  # the rows were read: they are loaded without these texts
        return []
    records = records_of(work.dialect)
    cut = records.cut(data, np.array(few, np.int64) - work.first_line)
    private = private_places(records, hidden)
    return [kept(each, records, private) for each in cut]


def private_places(records: Record, hidden: Collection[str]) -> frozenset[int]:
    """The places of `hidden` headers in the file's header."""
    names = {plain(name) for name in hidden}
    return frozenset(at for at, name in enumerate(records.header) if plain(name) in names)


def kept(record: bytes, records: Record, private: Collection[int]) -> Kept:
    """The text of a record as it may be kept: nothing of one that is too long, or that cannot be split although some of
    its values have to be left out."""
    if len(record) > settings().raw_bytes:
        return NOT_KEPT
    try:
        text = record.decode()
        broken = "\0" in text
    except UnicodeDecodeError:
        text, broken = record.decode("utf-8", "surrogateescape"), True
    if not private and not broken:
        return text, None
    cells = records.cells(text)
    if cells is None:
        return NOT_KEPT
    hidden = {at: HIDDEN for at in private if cells[at]}
    hidden |= {at: _NOT_TEXT.sub(_NO_CHARACTER, cell) for at, cell in enumerate(cells) if _NOT_TEXT.search(cell)}
    hidden |= {at: HIDDEN for at in private if at in hidden}
    if not hidden:
        return (text, None) if not broken else NOT_KEPT
    return records.changed(text, hidden), json.dumps([records.header[at] for at in sorted(hidden)])
