"""The tasks of small files, when their message has many of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sluice.engine.declare import Flow
from sluice.engine.ledger.batches.claims import BatchMessage, next_message
from sluice.engine.ledger.parts import PartWork, read_parts
from sluice.engine.ledger.steps import Claim
from sluice.engine.rows.contract import Contract
from sluice.engine.rows.frames import ReadyBatch, frames
from sluice.engine.steps.batch.load import load_batch
from sluice.engine.steps.batch.plan import plan_batch
from sluice.engine.steps.batch.rows import extract_batch, raw_key, ready_key, transform_batch
from sluice.engine.steps.plan.plan import read_inputs
from sluice.errors import LostClaim
from sluice.pipelines import declared_for
from sluice.workers.batch_task import working_together


def is_batch(message: dict[str, Any]) -> bool:
    """Whether a message is about several steps."""
    return isinstance(message, dict) and "steps" in message


def plan(message: object) -> None:
    """Plan the files of a batch."""
    with working_together("plan", message) as (claims, pulse):
        works = read_inputs(claims)
        first = works[0]
        declared = declared_for(first.pipeline, first.source, first.revision, first.contract)
        plan_batch(claims, works, declared.flow(first.source), declared.contract(first.source), pulse.check)


def extract(message: object) -> BatchMessage:
    """Read and parse the parts of a batch, and store their frame for transform."""
    with working_together("extract", message) as (claims, _):
        works, _, contract = _parts_of(claims)
        frames().put(raw_key(works), extract_batch(works, contract, frames()))
    return next_message(claims)


def transform(message: object) -> BatchMessage:
    """Apply the contract to the parts of a batch, and store their frame for load."""
    with working_together("transform", message) as (claims, _):
        works, _, contract = _parts_of(claims)
        raw = extract_batch(works, contract, frames())
        frames().put(ready_key(works), transform_batch(works, raw, contract))
        frames().drop(raw_key(works))
    return next_message(claims)


def load(message: object) -> None:
    """Load the parts of a batch."""
    with working_together("load", message) as (claims, _):
        works, flow, contract = _parts_of(claims)
        ready = frames().get(ready_key(works), ReadyBatch)
        if ready is None:
            ready = transform_batch(works, extract_batch(works, contract, frames()), contract)
        load_batch(claims, works, ready, flow.table)
    frames().drop(ready_key(works))


def _parts_of(claims: Sequence[Claim]) -> tuple[list[PartWork], Flow, Contract]:
    """The parts of a batch, which have one declaration. Raises OtherDeclaration if this worker lacks it."""
    if any(claim.part is None for claim in claims):
        raise LostClaim("A step of a batch has no part.")
    works = read_parts([claim.part for claim in claims if claim.part is not None])
    first = works[0]
    declared = declared_for(first.pipeline, first.source, first.revision, first.contract)
    return works, declared.flow(first.source), declared.contract(first.source)
