"""transform: text becomes typed, checked rows in key order, ready for COPY; invalid rows become rejects."""

from __future__ import annotations

from sluice.engine.ledger.parts import PartWork
from sluice.engine.ledger.personal.forgotten import forgotten_of
from sluice.engine.ledger.personal.masks import check_masks
from sluice.engine.rows.contract import Contract
from sluice.engine.rows.copy import encode_rows
from sluice.engine.rows.frames import RawFrame, ReadyFrame
from sluice.engine.rows.rejects import both, without_quotes
from sluice.engine.steps.part.extract import part_bytes
from sluice.engine.steps.part.raw_rows import with_raw


def transform_part(work: PartWork, raw: RawFrame, contract: Contract) -> ReadyFrame:
    """Apply the contract to a part. Every row of `raw` comes out once: as a row, a repeat or a reject."""
    check_masks(contract.of)
    forgotten = forgotten_of(contract.table, work.forgotten)
    typed = contract.apply(raw.rows, forgotten, work.registered)
    again = len(typed.repeated)
    judged = again and not contract.newest_wins
    return ReadyFrame(
        rows=encode_rows(typed.typed, input_id=work.input, order=typed.places),
        repeats=encode_rows(typed.repeats, input_id=work.input) if judged else [],
        row_count=len(typed.places),
        superseded=0 if judged else again,
        rejects=with_raw(
            both(raw.rejects if forgotten is None else without_quotes(raw.rejects), typed.rejects),
            work,
            contract.hidden(forgotten),
            lambda _: raw.data or part_bytes(work),
        ),
    )
