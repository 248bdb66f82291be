"""The files of a batch, each read once: its bytes are kept until the batch is planned, and loaded where it can be."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from sluice.engine.base.settings import MIB
from sluice.engine.declare import Files, Flow
from sluice.engine.ledger.steps import Claim
from sluice.engine.rows.contract import Contract
from sluice.engine.sources.files.light import LIGHT_BYTES
from sluice.engine.sources.kind import AtHand
from sluice.engine.sources.known import kind_of
from sluice.engine.steps.plan.scan import PlannedInput, scan
from sluice.engine.steps.plan.work import InputWork
from sluice.engine.storage import is_remote, read_range, split_member
from sluice.errors import DataError, LostClaim, SluiceError

log = logging.getLogger(__name__)

KEPT_BYTES = 16 * MIB  # of the files of a batch; those beyond that are read again when they are parsed


class ReadInput(NamedTuple):
    """An input that was read: its stamp before that, its plan, or why it has none, and its bytes if they are kept."""

    claim: Claim
    work: InputWork
    stamp: str | None
    result: PlannedInput | DataError
    at_hand: AtHand | None


def stamp_of(work: InputWork, flow: Flow) -> str | None:
    """The stamp of an input; None where there is none, or it cannot be seen."""
    try:
        return kind_of(flow.source).stamp(work.uri)
    except SluiceError:  # raised again where the file is read
        return None


def take_all(
    works: Sequence[InputWork], flow: Flow, stamps: Mapping[int, str | None], beat: Callable[[], None]
) -> dict[int, AtHand]:
    """The bytes of small files of this machine, by the ids of their inputs: as many as may be kept at once."""
    kept: dict[int, AtHand] = {}
    room = KEPT_BYTES
    for work in works:
        beat()
        taken = take(work, flow, stamps[work.id]) if room > 0 else None
        if taken is not None:
            kept[work.id] = taken
            room -= len(taken.data)
    return kept


def take(work: InputWork, flow: Flow, stamp: str | None) -> AtHand | None:
    """The bytes of a small file of this machine; None for any other input, and where they cannot be read."""
    if stamp is None or not isinstance(flow.source, Files):
        return None
    if is_remote(work.uri) or split_member(work.uri)[1] is not None:
        return None
    try:
        data, size = read_range(work.uri, 0, LIGHT_BYTES + 1)
    except SluiceError:  # raised again where the file is scanned
        return None
    return AtHand(stamp, data) if len(data) == size and size <= LIGHT_BYTES else None


def read_one(
    claim: Claim,
    work: InputWork,
    stamp: str | None,
    at_hand: AtHand | None,
    flow: Flow,
    contract: Contract,
    beat: Callable[[], None],
) -> ReadInput | Claim:
    """Scan one input; its claim if it has to be planned alone."""
    try:
        return ReadInput(claim, work, stamp, scan(work, flow, contract, beat, at_hand), at_hand)
    except DataError as error:
        return ReadInput(claim, work, stamp, error, at_hand)
    except LostClaim:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is: it is raised again where the input is planned alone
        log.info("input %s is planned alone: %s", work.id, type(error).__name__)
        return claim
