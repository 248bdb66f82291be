"""extract and transform of a batch: the text of its parts one after another, then their rows in one key order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
import pyarrow as pa

from sluice.engine.base.settings import settings
from sluice.engine.ledger.parts import PartWork, batch_key
from sluice.engine.ledger.personal.forgotten import forgotten_of
from sluice.engine.ledger.personal.masks import check_masks
from sluice.engine.rows import rejects
from sluice.engine.rows.contract import Contract
from sluice.engine.rows.copy import encode_rows
from sluice.engine.rows.frames import Frames, RawBatch, ReadyBatch
from sluice.engine.steps.batch.text import LINE, PART, text_of
from sluice.engine.steps.part.extract import part_bytes
from sluice.engine.steps.part.raw_rows import NOT_KEPT, append, raw_rows
from sluice.engine.types.base import Int64s


def raw_key(works: Sequence[PartWork]) -> str:
    """The cache key of the text of these parts."""
    return batch_key("raw batch", [work.raw_key() for work in works])


def ready_key(works: Sequence[PartWork]) -> str:
    """The cache key of the rows of these parts, ready for COPY."""
    return batch_key("ready batch", [work.ready_key() for work in works])


def extract_batch(works: Sequence[PartWork], contract: Contract, frames: Frames) -> RawBatch:
    """The text of the parts, from the cache, else from their files. Raises as `extract_part`."""
    cached = frames.get(raw_key(works), RawBatch)
    if cached is not None:
        return cached
    return text_of(works, [part_bytes(work) for work in works], contract)


def transform_batch(
    works: Sequence[PartWork], raw: RawBatch, contract: Contract, data: Sequence[bytes] | None = None
) -> ReadyBatch:
    """Apply the contract to all parts at once. Every row of `raw` comes out once: as a row, a repeat or a reject.
    `data`: the bytes of the parts, if they are at hand.

    The contract sees rows that are numbered through, so that of equal keys the first is that of the first part.
    """
    part_of_row = np.repeat(np.arange(len(works)), raw.counts)
    lines = raw.rows.column(LINE).to_numpy()
    at = raw.rows.column_names.index(LINE)
    check_masks(contract.of)
    forgotten = forgotten_of(contract.table, max(work.forgotten for work in works))
    typed = contract.apply(
        raw.rows.set_column(at, LINE, pa.array(np.arange(len(lines)))), forgotten, works[0].registered
    )
    inputs = np.array([work.input for work in works], np.int64)

    def encoded(rows: pa.Table) -> list[bytes]:
        numbers = rows.column(LINE).to_numpy()
        named = rows.set_column(rows.num_columns - 1, LINE, pa.array(lines[numbers]))
        return encode_rows(named, input_id=inputs[part_of_row[numbers]])

    refused: Int64s = typed.rejects.column("line").to_numpy()
    own = typed.rejects.set_column(0, "line", pa.array(lines[refused]))
    own = own.append_column(PART, pa.array(part_of_row[refused]))
    kept = np.array(raw.counts) - np.bincount(part_of_row[refused], minlength=len(works))
    before = raw.rejects if forgotten is None else rejects.without_quotes(raw.rejects)
    refused_rows = _with_raw(rejects.both(before, own), works, contract.hidden(forgotten), data)
    return ReadyBatch(encoded(typed.rows), encoded(typed.repeats), kept.tolist(), refused_rows)


def _with_raw(
    refused: pa.Table, works: Sequence[PartWork], hidden: Collection[str], data: Sequence[bytes] | None
) -> pa.Table:
    """Rejects of several parts with the text of their records."""
    if not refused.num_rows or not settings().keep_raw:
        return refused
    lines, parts = refused.column("line").to_numpy(), refused.column(PART).to_numpy()
    kept = [NOT_KEPT] * len(lines)
    for part in np.unique(parts).tolist():
        of_part = np.flatnonzero(parts == part)
        held = part_bytes if data is None else _held(data[part])
        texts = raw_rows(lines[of_part].tolist(), works[part], hidden, held)
        for at, text in zip(of_part.tolist(), texts, strict=False):
            kept[at] = text
    return append(refused, kept)


def _held(data: bytes) -> Callable[[PartWork], bytes]:
    return lambda _: data
