"""The tasks of small files, when their message has many of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sluice.engine.base.own_code import limited
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
        parts = _parts_of(claims)
        frames().put(raw_key(parts.works), extract_batch(parts.works, parts.contract, frames()))
    return next_message(claims)


def transform(message: object) -> BatchMessage:
    """Apply the contract to the parts of a batch, and store their frame for load."""
    with working_together("transform", message) as (claims, _):
        parts = _parts_of(claims)
        frames().put(ready_key(parts.works), _typed(parts))
        frames().drop(raw_key(parts.works))
    return next_message(claims)


def load(message: object) -> None:
    """Load the parts of a batch."""
    with working_together("load", message) as (claims, _):
        parts = _parts_of(claims)
        ready = frames().get(ready_key(parts.works), ReadyBatch) or _typed(parts)
        load_batch(claims, parts.works, ready, parts.flow.table)
    frames().drop(ready_key(parts.works))


class _Parts(NamedTuple):
    """The claimed parts of a batch, and their declaration."""

    works: list[PartWork]
    flow: Flow
    contract: Contract
    limit_s: float


def _parts_of(claims: Sequence[Claim]) -> _Parts:
    """The parts of a batch. Raises OtherDeclaration if this worker lacks their declaration."""
    if any(claim.part is None for claim in claims):
        raise LostClaim("A step of a batch has no part.")
    works = read_parts([claim.part for claim in claims if claim.part is not None])
    first = works[0]
    declared = declared_for(first.pipeline, first.source, first.revision, first.contract)
    limit_s = declared.pipeline.part_limit_s(first.source)
    return _Parts(works, declared.flow(first.source), declared.contract(first.source), limit_s)


def _typed(parts: _Parts) -> ReadyBatch:
    """The rows of the parts ready to load, within the time limit of the pipeline's own code."""
    raw = extract_batch(parts.works, parts.contract, frames())
    first = parts.works[0]
    with limited(parts.limit_s, f"The transform of {first.pipeline!r} over several files of {first.source!r}"):
        return transform_batch(parts.works, raw, parts.contract)
