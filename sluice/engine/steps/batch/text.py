"""The text of a batch: neighbours that are read alike are parsed as one, which costs little more than parsing one.

Only those without a fault in their quotes, which end with a line end: then the line that a row begins on says which
part and which of its lines it is. Each other part is parsed by itself.
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
from sluice.engine.steps.part.extract import parsed_text, reject_table
from sluice.engine.types.base import Int64s

LINE, PART = "_line", "part"


def text_of(works: Sequence[PartWork], data: Sequence[bytes], contract: Contract) -> RawBatch:
    """The text of parts with these bytes, one after another."""
    read: list[RawBatch] = []
    for _, places in groupby(range(len(works)), lambda at: _likeness(at, works[at], data[at])):
        alike = [*places]
        together = _together(alike, works, data, contract) if len(alike) > 1 else None
        read += [_alone(at, works[at], data[at], contract) for at in alike] if together is None else [together]
    refused = [each.rejects for each in read if each.rejects.num_rows]
    return RawBatch(
        pa.concat_tables([each.rows for each in read]).combine_chunks(),
        [count for each in read for count in each.counts],
        pa.concat_tables(refused, promote_options="default") if refused else read[0].rejects,
    )


def _likeness(at: int, work: PartWork, data: bytes) -> str | int:
    """Parts with an equal one can be parsed as one; a number that no other part has if it has to be parsed alone."""
    whole_lines = data.endswith(b"\n") and data.count(b"\r") == data.count(b"\r\n")
    plain = work.well_quoted and whole_lines and stored_format(work.dialect) == CSV.name
    return repr(work.dialect) if plain else at


def _together(
    places: Sequence[int], works: Sequence[PartWork], data: Sequence[bytes], contract: Contract
) -> RawBatch | None:
    """The text of neighbours, at these places of the batch. All of their lines are numbered through.

    None if the reason of a reject names a line.
    """
    of = [works[at] for at in places]
    lengths = np.array([data[at].count(b"\n") for at in places], np.int64)
    ends = np.cumsum(lengths)
    shift = np.array([work.first_line for work in of], np.int64) - (ends - lengths)
    text = b"".join(data[at] for at in places)
    read = sum(work.planned for work in of)
    parsed = parse_text(text, of[0].dialect, contract, first_line=0, read=read, well_quoted=True)
    if any(each.other_line is not None for each in parsed.rejects):
        return None
    lines: Int64s = parsed.rows.column(LINE).to_numpy()
    part_of_row = np.searchsorted(ends, lines, side="right")
    refused = [(int(np.searchsorted(ends, each.line, side="right")), each) for each in parsed.rejects]
    table = reject_table([replace(each, line=each.line + int(shift[at])) for at, each in refused], contract)
    return RawBatch(
        parsed.rows.set_column(parsed.rows.column_names.index(LINE), LINE, pa.array(lines + shift[part_of_row])),
        np.bincount(part_of_row, minlength=len(of)).tolist(),
        table.append_column(PART, pa.array([places[at] for at, _ in refused], pa.int64())),
    )


def _alone(at: int, work: PartWork, data: bytes, contract: Contract) -> RawBatch:
    read = parsed_text(work, data, contract)
    parts = pa.repeat(pa.scalar(at, pa.int64()), read.rejects.num_rows)
    return RawBatch(read.rows, [read.rows.num_rows], read.rejects.append_column(PART, parts))
