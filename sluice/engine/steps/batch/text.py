"""The text of a batch: neighbours that are read alike are parsed as one, which costs little more than parsing one.

Only where every line of them is one record, without a fault in its quotes: then the place of a row says which part and
which line it is of. Each other part is parsed by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
import pyarrow as pa

from sluice.engine.formats.known import CSV, parse_text, stored_format
from sluice.engine.ledger.parts import PartWork
from sluice.engine.rows.contract import Contract
from sluice.engine.rows.frames import RawBatch
from sluice.engine.steps.extract import parsed_text, reject_table
from sluice.engine.types.base import Int64s

LINE, PART = "_line", "part"


def text_of(works: Sequence[PartWork], data: Sequence[bytes], contract: Contract) -> RawBatch:
    """The text of parts with these bytes, one after another."""
    read: list[RawBatch] = []
    for _, places in groupby(range(len(works)), lambda at: _likeness(at, works[at], data[at])):
        alike = [*places]
        first, end = alike[0], alike[-1] + 1
        if len(alike) > 1:
            read.append(_together(first, works[first:end], b"".join(data[first:end]), contract))
        else:
            read.append(_alone(first, works[first], data[first], contract))
    refused = [each.rejects for each in read if each.rejects.num_rows]
    return RawBatch(
        pa.concat_tables([each.rows for each in read]).combine_chunks(),
        [count for each in read for count in each.counts],
        pa.concat_tables(refused, promote_options="default") if refused else read[0].rejects,
    )


def _likeness(at: int, work: PartWork, data: bytes) -> str | int:
    """Parts with an equal one can be parsed as one; a number that no other part has if it has to be parsed alone."""
    records = data.count(b"\n") if data.endswith(b"\n") and data.count(b"\r") == data.count(b"\r\n") else None
    plain = work.well_quoted and records == work.planned and stored_format(work.dialect) == CSV.name
    return repr(work.dialect) if plain else at


def _together(first: int, works: Sequence[PartWork], data: bytes, contract: Contract) -> RawBatch:
    """The text of neighbours, the first of which is number `first` of the batch. All lines are numbered through."""
    read = np.array([work.planned for work in works], np.int64)
    ends = np.cumsum(read)
    shift = np.array([work.first_line for work in works], np.int64) - (ends - read)
    parsed = parse_text(data, works[0].dialect, contract, first_line=0, read=int(ends[-1]), well_quoted=True)
    lines: Int64s = parsed.rows.column(LINE).to_numpy()
    part_of_row = np.searchsorted(ends, lines, side="right")
    own = pa.array(lines + shift[part_of_row])
    refused = [(int(np.searchsorted(ends, each.line, side="right")), each) for each in parsed.rejects]
    table = reject_table([replace(each, line=each.line + int(shift[at])) for at, each in refused])
    return RawBatch(
        parsed.rows.set_column(parsed.rows.column_names.index(LINE), LINE, own),
        np.bincount(part_of_row, minlength=len(works)).tolist(),
        table.append_column(PART, pa.array([first + at for at, _ in refused], pa.int64())),
    )


def _alone(at: int, work: PartWork, data: bytes, contract: Contract) -> RawBatch:
    read = parsed_text(work, data, contract)
    parts = pa.repeat(pa.scalar(at, pa.int64()), read.rejects.num_rows)
    return RawBatch(read.rows, [read.rows.num_rows], read.rejects.append_column(PART, parts))
