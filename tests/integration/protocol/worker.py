"""A worker's process, simulated: the tasks as in sluice.tasks, with a pause wherever others may go on.

The claim, the heartbeat and the answer to errors are those of real tasks (`working`), and so are the steps.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from celery.exceptions import Ignore, Reject

from sluice.engine.ledger.kinds import KINDS
from sluice.engine.ledger.parts import read_part
from sluice.engine.ledger.steps import Claim
from sluice.engine.rows.frames import Frames, RawFrame, ReadyFrame
from sluice.engine.steps.part.extract import extract_part
from sluice.engine.steps.part.load import load_part
from sluice.engine.steps.part.park import park_part
from sluice.engine.steps.part.transform import transform_part
from sluice.engine.steps.plan.plan import plan_input, read_input
from sluice.engine.steps.settle import settle_run
from sluice.workers.step_task import StepFailed, working
from tests.integration.protocol.wire import Died
from tests.kit.in_process import InProcess

NEXT = {kind.after: kind.name for kind in KINDS if kind.after is not None}
_lives = itertools.count(1)


@dataclass(frozen=True)
class Message:
    """A message in Redis: of dispatch, or (with a fence) of the task before in the chain."""

    kind: str
    step: int
    fence: int | None = None

    @property
    def fields(self) -> dict[str, int]:
        return {"step": self.step} | ({} if self.fence is None else {"fence": self.fence})


class Identity(Protocol):
    """Which process the engine believes itself to be."""

    holder: str


@dataclass
class Worker:
    """One process: it takes one message at a time. `claim` is what it believes to have."""

    engine: InProcess
    identity: Identity
    message: Message | None = None
    claim: Claim | None = None
    outcome: str = "idle"  # of its last task: done, dropped, requeue or died
    frames: Frames = field(default_factory=Frames)
    name: str = ""
    _task: Iterator[None] | None = None

    def __post_init__(self) -> None:
        self.be_born()

    def be_born(self) -> None:
        """A new process in the place of one that ended."""
        self.name = f"elsewhere|1.1|{next(_lives)}"
        self.frames, self.message, self.claim, self._task = Frames(), None, None, None

    @property
    def idle(self) -> bool:
        return self._task is None

    def take(self, message: Message) -> Message | None:
        self.message, self.claim, self._task = message, None, self._work(message)
        return self.go_on()

    def go_on(self) -> Message | None:
        """Work until the next pause, or the end. Returns the chain's next message where the task has ended well."""
        assert self._task is not None
        assert self.message is not None
        self.identity.holder = self.name
        try:
            next(self._task)
        except StopIteration:
            self.outcome = "done"
        except Ignore:
            self.outcome = "dropped"
        except Reject:
            self.outcome = "requeue"
        except StepFailed as error:  # all that is made up here is somebody's turn, or gone
            raise AssertionError(f"{self.message} failed by itself") from error
        except Died:
            self.be_born()
            self.outcome = "died"
            return None
        else:
            self.outcome = "working"
            return None
        return self._end()

    def _end(self) -> Message | None:
        done, claim = self.message, self.claim
        self.message, self.claim, self._task = None, None, None
        if done is None or claim is None or self.outcome != "done" or done.kind not in NEXT:
            return None
        return Message(NEXT[done.kind], claim.step, claim.fence)

    def _work(self, message: Message) -> Iterator[None]:
        with working(message.kind, message.fields) as (claim, _):
            self.claim = claim
            yield
            if claim.kind == "plan":
                yield from self._plan(claim)
            elif claim.kind == "settle":
                settle_run(claim, self.engine.pipeline)
            else:
                yield from self._part(claim)

    def _plan(self, claim: Claim) -> Iterator[None]:
        work = read_input(claim)
        yield
        flow, contract = self.engine.pipeline.flow(work.source), self.engine.contracts[work.source]
        plan_input(claim, work, flow, contract, lambda: None)

    def _part(self, claim: Claim) -> Iterator[None]:
        assert claim.part is not None
        work = read_part(claim.part)
        contract = self.engine.contracts[work.source]
        ready = self.frames.get(work.ready_key(), ReadyFrame) if claim.kind == "load" else None
        raw = None if ready else extract_part(work, contract, self.frames)
        yield
        if claim.kind == "extract":
            assert isinstance(raw, RawFrame)
            self.frames.put(work.raw_key(), raw)
            return
        ready = ready or transform_part(work, raw, contract)  # type: ignore[arg-type]
        if claim.kind == "load":
            load_part(claim, work, ready, self.engine.pipeline.flow(work.source).table)
            self.frames.drop(work.ready_key())
            return
        self.frames.put(work.ready_key(), ready)
        self.frames.drop(work.raw_key())
        if work.max_rejects is not None:
            park_part(claim, work, ready.rejects)
