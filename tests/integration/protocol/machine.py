"""A state machine of Hypothesis: users, Redis, clocks and workers do anything in any order, and the promises hold.

Rules choose by number among what there is at that moment, so that every shrunk history is a history too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sluice.engine.ledger.steps import Claim
from sluice.errors import TransientError
from tests.integration.protocol.promises import Promises
from tests.integration.protocol.wire import FAULTS, Died
from tests.integration.protocol.worker import Worker
from tests.integration.protocol.world import BAD, Rows, World
from tests.kit.dictionary import Kept, Updated

T = TypeVar("T")
MOST_RUNS = 4
PICK = st.integers(0, 5)
FAULT = st.sampled_from([None, None, None, *FAULTS])
NTH = st.sampled_from([1, 1, 1, 2, 3])
KEYS = st.sampled_from(["1", "2", "3", "4", "5", "6", "7", "8", "9", BAD])
FIRST = (("1", "a"), ("2", "a"), ("3", "b"), ("4", "a"), ("5", "a"))  # two parts
ROWS = st.lists(st.tuples(KEYS, st.sampled_from("ab")), min_size=1, max_size=11).map(tuple)


def _one(of: Sequence[T], pick: int) -> T:
    return of[pick % len(of)]


def _when(there: Callable[[Protocol], object]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A rule that acts on something: while there is no such thing, the first worker goes on instead.

    A precondition of Hypothesis would make what it draws depend on a database, and must then never vary.
    """

    def decorate(act: Callable[..., None]) -> Callable[..., None]:
        @wraps(act)
        def either(self: Protocol, **drawn: object) -> None:
            if there(self):
                act(self, **drawn)
            else:
                self.move(0, 0)

        return either

    return decorate


class Protocol(RuleBasedStateMachine):
    """`make_world` gives an empty ledger; `table` says how the table is meant."""

    make_world: Callable[[], World]
    table: type[Updated | Kept]

    def __init__(self) -> None:
        super().__init__()
        self.world = type(self).make_world()
        self.promises = Promises(self.world)
        self.world.start([self.world.new_file(FIRST)])
        self.world.dispatch()

    # users

    @rule(files=st.lists(ROWS, min_size=1, max_size=2), parked=st.booleans())
    @_when(lambda self: len(self.world.runs) < MOST_RUNS)
    def start_new(self, files: list[Rows], parked: bool) -> None:
        self.world.start([self.world.new_file(rows) for rows in files], parked=parked)

    @rule(pick=PICK, new=st.lists(ROWS, max_size=1), reload=st.booleans())
    @_when(lambda self: len(self.world.runs) < MOST_RUNS)
    def start_again(self, pick: int, new: list[Rows], reload: bool) -> None:
        """A file that was there before, and perhaps a new one after it."""
        known = _one(sorted(self.world.files), pick)
        self.world.start([known, *(self.world.new_file(rows) for rows in new)], reload=reload)

    @rule(pick=PICK)
    @_when(lambda self: not self.world.poison and any(each.part for each in self._claimed()))
    def poison(self, pick: int) -> None:
        """From now on the load of one part kills every process."""
        self.world.poison.add(_one([each for each in self._claimed() if each.part], pick).step)

    # dispatch and Redis

    @rule()
    def dispatch_twice(self) -> None:
        self.world.dispatch()
        self.world.dispatch()

    @rule(after=st.integers(0, 2), error=st.sampled_from([Died, TransientError]))
    def dispatch_badly(self, after: int, error: type[BaseException]) -> None:
        self.world.dispatch_badly(after, error)

    @rule(pick=PICK)
    @_when(lambda self: self.world.queue)
    def double_a_message(self, pick: int) -> None:
        self.world.queue.append(_one(self.world.queue, pick))

    @rule(pick=PICK)
    @_when(lambda self: self.world.queue)
    def lose_a_message(self, pick: int) -> None:
        self.world.queue.remove(_one(self.world.queue, pick))

    @rule()
    @_when(lambda self: self.world.at_rest)
    def deliver_unacknowledged_again(self) -> None:
        self.world.queue += self.world.at_rest
        self.world.at_rest.clear()

    @rule()
    def empty_redis(self) -> None:
        self.world.empty_redis()

    @rule()
    def lose_frames(self) -> None:
        self.world.cache.flushdb()

    # clocks

    @rule()
    def time_passes(self) -> None:
        self.world.let_time_pass()
        self.world.recover()

    @rule(who=PICK)
    @_when(lambda self: self._claimed())
    def a_lease_passes(self, who: int) -> None:
        self.world.let_lease_pass(_one(self._claimed(), who).step)

    @rule(who=PICK, moves=st.integers(1, 3))
    @_when(lambda self: self._claimed() and self._idle())
    def another_takes_over(self, who: int, moves: int) -> None:
        """The lease of a stopped process passes, and another one goes as far as it may."""
        step = _one(self._claimed(), who).step
        self.world.let_lease_pass(step)
        self.world.recover()
        self.world.let_time_pass()
        self.world.dispatch()
        for message in [each for each in self.world.queue if each.step == step]:
            if self._idle():
                self.world.queue.remove(message)
                self.world.deliver(message, _one(self._idle(), who))
        for worker in self._busy()[:moves]:
            self._go_on(worker)

    # workers

    @rule(moves=st.lists(st.tuples(PICK, PICK), min_size=1, max_size=8), fault=FAULT, commits=NTH)
    def work(self, moves: list[tuple[int, int]], fault: str | None, commits: int) -> None:
        """Workers take messages and go on with them; the last one may have bad luck with its connection."""
        for who, pick in moves[:-1]:
            self.move(who, pick)
        self.move(*moves[-1], fault, commits)

    @rule(pick=st.integers(0, 40), who=PICK)
    @_when(lambda self: self.world.sent and self._idle())
    def deliver_an_old_message(self, pick: int, who: int) -> None:
        """A copy of any message there ever was, much later."""
        self.world.deliver(_one(self.world.sent, pick), _one(self._idle(), who))

    @rule(who=PICK, fault=st.sampled_from(FAULTS), commits=NTH)
    @_when(lambda self: self._claimed())
    def go_on_with_bad_luck(self, who: int, fault: str, commits: int) -> None:
        self._go_on(_one([each for each in self._busy() if each.claim], who), fault, commits)

    @rule(who=PICK)
    @_when(lambda self: self._claimed())
    def beat(self, who: int) -> None:
        claim = _one(self._claimed(), who)
        assert self.world.beat(claim) == self._is_valid(claim)

    @rule(who=PICK, noticed=st.sampled_from([None, "gone", "crashed"]))
    @_when(lambda self: self._claimed())
    def vanish(self, who: int, noticed: str | None) -> None:
        worker = _one([each for each in self._busy() if each.claim], who)
        part = worker.claim and worker.claim.part
        name = self.world.kill(worker)
        if noticed == "gone":
            self.world.recover(gone=name)
        elif noticed == "crashed" and part is not None:  # three times, and the step is dead
            self.world.report_crash(name)

    def move(self, who: int, pick: int, fault: str | None = None, commits: int = 1) -> None:
        """One worker goes on, or takes a message."""
        worker = _one(self.world.workers, who)
        if not worker.idle:
            self._go_on(worker, fault, commits)
            return
        if not self.world.queue:
            self.world.dispatch()
        if self.world.queue:
            message = _one(self.world.queue, pick)
            self.world.queue.remove(message)
            self.world.deliver(message, worker, fault, commits)

    def _busy(self) -> list[Worker]:
        return [each for each in self.world.workers if not each.idle]

    def _idle(self) -> list[Worker]:
        return [each for each in self.world.workers if each.idle]

    def _claimed(self) -> list[Claim]:
        return [each.claim for each in self._busy() if each.claim is not None]

    def _go_on(self, worker: Worker, fault: str | None = None, commits: int = 1) -> None:
        """A worker that lost its claim must change nothing, whatever it does now."""
        valid = worker.claim is None or self._is_valid(worker.claim)
        before = None if valid else self.promises.whole()
        self.world.go_on(worker, fault, commits)
        if before is not None:
            assert self.promises.whole() == before, "a worker without its claim changed something"

    def _is_valid(self, claim: Claim) -> bool:
        """Whether the ledger says what the worker believes."""
        now = self.world.state("select state, fence from sluice.step where id = %s", claim.step)
        return now == [("working", claim.fence)]

    # promises

    @invariant()
    def promises_hold(self) -> None:
        self.promises.now()

    def teardown(self) -> None:
        self.world.run_to_the_end()
        self.promises.at_the_end(self.table)
        ended = self.promises.whole()
        self.world.deliver_all_again()
        assert self.promises.whole() == ended, "messages delivered after the end changed something"


def bound(make_world: Callable[[], World], table: type[Updated | Kept]) -> type[Protocol]:
    """The machine over worlds of one database."""
    return type("Bound", (Protocol,), {"make_world": staticmethod(make_world), "table": table})
