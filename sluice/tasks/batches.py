"""The tasks of small files, when their message has many of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sluice.engine.base.own_code import limited
from sluice.engine.declare import Flow
from sluice.engine.ledger.batches.claims import BatchMessage, next_message
from sluice.engine.ledger.parts import PartWork, read_parts
from sluice.engine.ledger.steps import Claim
from sluice.engine.registry import Declared
from sluice.engine.rows.contract import Contract
from sluice.engine.rows.frames import ReadyBatch, frames
from sluice.engine.steps.batch.load import load_batch
from sluice.engine.steps.batch.plan import plan_batch
from sluice.engine.steps.batch.rows import extract_batch, raw_key, ready_key, transform_batch
from sluice.engine.steps.plan.plan import read_inputs
from sluice.engine.steps.plan.work import InputWork
from sluice.errors import LostClaim
from sluice.pipelines import declared_for
from sluice.workers.batch_task import working_together


def is_batch(message: dict[str, Any]) -> bool:
    """Whether a message is about several steps."""
    return isinstance(message, dict) and "steps" in message


def plan(message: object, *, at_once: bool = False) -> None:
    """Plan the files of a batch; `at_once` also load those that can be loaded without further steps."""
    with working_together("plan", message) as (claims, pulse):
        works = read_inputs(claims)
        declared, source = _declared(works), works[0].source
        limit_s = declared.pipeline.part_limit_s(source) if at_once else None
        flow, contract = declared.flow(source), declared.contract(source)
        plan_batch(claims, works, flow, contract, pulse.check, load_within_s=limit_s)


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
    """The parts of a batch. Raises LostClaim and OtherDeclaration as `_declared`."""
    if any(claim.part is None for claim in claims):
        raise LostClaim("A step of a batch has no part.")
    works = read_parts([claim.part for claim in claims if claim.part is not None])
    declared, source = _declared(works), works[0].source
    return _Parts(works, declared.flow(source), declared.contract(source), declared.pipeline.part_limit_s(source))


def _declared(works: Sequence[InputWork] | Sequence[PartWork]) -> Declared:
    """The declaration of a batch. Raises OtherDeclaration if this worker lacks it, LostClaim for steps of several runs
    or declarations: the message was forged, or an input is under a newer declaration since."""
    first = works[0]
    if len({(work.run, work.source, work.contract, work.revision) for work in works}) > 1:
        raise LostClaim("The steps of a batch are of several runs or declarations.")
    return declared_for(first.pipeline, first.source, first.revision, first.contract)


def _typed(parts: _Parts) -> ReadyBatch:
    """The rows of the parts ready to load, within the time limit of the pipeline's own code."""
    raw = extract_batch(parts.works, parts.contract, frames())
    first = parts.works[0]
    with limited(parts.limit_s, f"The transform of {first.pipeline!r} over several files of {first.source!r}"):
        return transform_batch(parts.works, raw, parts.contract)
