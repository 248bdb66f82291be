"""Hints for the rejects of a run that has ended: a few of its parts are read again, where their files still are.

Only bytes that are as they were planned count (their SHA-256 is checked), under the declaration that the run had.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import Flow, Pipeline
from sluice.engine.hints.hint import Hint
from sluice.engine.ledger.facts import RunStatus
from sluice.engine.ledger.parts import PartWork, read_parts
from sluice.engine.preview.hinting import hints_of_columns
from sluice.engine.preview.parts import read_rows
from sluice.engine.preview.reasons import Reasons
from sluice.engine.preview.samples import Samples
from sluice.engine.rows.contract import Contract

query = statements(__name__)

MOST_PARTS = 4
MOST_BYTES = 64 << 20  # of a part: a very long record is not read into memory


def hints_of_run(status: RunStatus, pipeline: Pipeline) -> list[Hint]:
    """Hints for the columns of a run's rejects. Raises SluiceError where its files are not there, or have changed."""
    inputs = sorted({reason.input for reason in status.reasons or () if reason.column is not None})
    if not inputs:
        return []
    with transaction() as cursor:
        cursor.execute(query("refused_parts"), {"inputs": inputs, "most": MOST_PARTS})
        parts = [part for (part,) in cursor.fetchall()]
    works = [work for work in read_parts(parts) if not work.overlong and work.length <= MOST_BYTES]
    return [
        hint
        for flow in pipeline.flows
        if flow.transform is None  # the pipeline's own code is called by workers, who have a time limit for it
        for hint in _of_flow(flow, [work for work in works if work.source == flow.source.name])
    ]


def _of_flow(flow: Flow, works: Sequence[PartWork]) -> Iterator[Hint]:
    contract = Contract(flow.table, flow.transform, flow.source)
    reasons, samples = Reasons(), Samples(flow.table)
    for work in works:
        if work.contract == contract.version:
            rows = read_rows(work, work.planned, contract)
            reasons.add(rows.done.rejects, rows.text, flow.table)
            samples.add(rows)
    yield from hints_of_columns(flow.table, [reasons], samples)
