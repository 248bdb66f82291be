"""What the three tasks of a part share: the part, its pipeline and contract, and the frames of this process."""

from __future__ import annotations

from typing import NamedTuple

from sluice.engine.base.own_code import limited
from sluice.engine.declare import Flow
from sluice.engine.ledger.parts import PartWork, read_part
from sluice.engine.ledger.steps import Claim
from sluice.engine.rows.contract import Contract
from sluice.engine.rows.frames import RawFrame, ReadyFrame, frames
from sluice.engine.steps.part.extract import extract_part
from sluice.engine.steps.part.transform import transform_part
from sluice.errors import LostClaim
from sluice.pipelines import declared_for


class Part(NamedTuple):
    """A claimed part with its declaration."""

    work: PartWork
    flow: Flow
    contract: Contract
    limit_s: float


def part_of(claim: Claim) -> Part:
    """The part of a claim. Raises OtherDeclaration if this worker lacks the declaration it was registered under."""
    if claim.part is None:
        raise LostClaim(f"Step {claim.step} has no part.")
    work = read_part(claim.part)
    declared = declared_for(work.pipeline, work.source, work.revision, work.contract)
    limit_s = declared.pipeline.part_limit_s(work.source)
    return Part(work, declared.flow(work.source), declared.contract(work.source), limit_s)


def raw_frame(part: Part) -> RawFrame:
    """The part's text, from the cache or the file."""
    return extract_part(part.work, part.contract, frames())


def ready_frame(part: Part) -> ReadyFrame:
    """The part's rows ready to load, from the cache, else computed again from the file."""
    cached = frames().get(part.work.ready_key(), ReadyFrame)
    return cached if cached is not None else typed_frame(part, raw_frame(part))


def typed_frame(part: Part, raw: RawFrame) -> ReadyFrame:
    """The part's rows ready to load, computed from its text within the time limit of the pipeline's own code."""
    with limited(part.limit_s, f"The transform of {part.work.pipeline!r} over one part of {part.work.source!r}"):
        return transform_part(part.work, raw, part.contract)
