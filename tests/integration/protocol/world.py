"""Files, runs, messages and simulated workers over one real ledger: everything that happens is one method here.

Nothing waits for a clock: time passes by an update of the times in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from psycopg2.extensions import cursor as Cursor

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.database.connection import transaction
from sluice.engine.ledger import heartbeat, steps
from sluice.engine.ledger.runs import Run
from sluice.engine.rows.frames.cache import prefix
from sluice.engine.rows.frames.seal import Seal
from sluice.engine.steps import dispatch as dispatching
from sluice.engine.steps.dispatch import Queues, dispatch, recover
from sluice.errors import TransientError
from sluice.workers import step_task
from tests.integration.protocol.wire import Died, Wire
from tests.integration.protocol.worker import Message, Worker
from tests.kit.in_process import InProcess

WORKERS = 3
BAD = "not a number"  # as a key: the row is rejected
PAD = "x" * 230  # a part of 1 KiB has about four rows
TABLES = "things, sluice.run, sluice.contender, sluice.replaced, sluice.reject, sluice.queue, sluice.worker"
LATER = """
update sluice.step set due_at = due_at - interval '30 days', published_until = published_until - interval '30 days',
                       lease_until = lease_until - interval '30 days'
where state = 'due' or (state = 'working' and holder is null)
"""
WORKING = "select id, kind, holder, vanished from sluice.step where state = 'working' order by id"
PAUSE = "update sluice.step set due_at = due_at + interval '1 hour' where state = 'due' and crashes > 0"
LET_PASS = "update sluice.step set lease_until = clock_timestamp() - interval '1 s' where state = 'working' and id = %s"
Rows = tuple[tuple[str, str], ...]  # (key, value)


def pipeline(on_conflict: str) -> Pipeline:
    columns = [Column("id", Integer(), required=True), Column("value", Text()), Column("pad", Text())]
    return Pipeline("things", Files("*.csv"), Table("things", ("id",), columns, on_conflict=on_conflict))  # type: ignore[arg-type]


class World:
    """One history. `queue` are the messages in Redis; `sent` all that ever were; `at_rest` those not acknowledged."""

    holder = "elsewhere|1.1|0"

    def __init__(self, engine: InProcess, folder: Path, cache: redis.Redis, wire: Wire, observer: Cursor) -> None:
        self.engine, self.folder, self.cache, self.wire, self.observer = engine, folder, cache, wire, observer
        self.files: dict[Path, Rows] = {}
        self.runs: dict[int, tuple[list[Path], bool]] = {}
        self.poison: set[int] = set()
        self.queue: list[Message] = []
        self.sent: list[Message] = []
        self.at_rest: list[Message] = []
        self.marker = 0
        folder.mkdir()
        wire.arm(None)
        self.state(f"truncate {TABLES} restart identity cascade")
        self.state("insert into sluice.worker (name, processes, seen_at) values ('elsewhere', 3, 'infinity')")
        cache.flushdb()
        with transaction() as cursor:  # a connection is there, else the first fault would meet another COMMIT
            cursor.execute("select 1")
        self.workers = [Worker(engine, self) for _ in range(WORKERS)]

    @staticmethod
    def prepare(engine: InProcess, patch: pytest.MonkeyPatch, on_conflict: str) -> None:
        """Settings and a table for all histories of a test.

        All waits are so long that none ends by itself: a history that is repeated goes as it went.
        """
        patch.setenv("SLUICE_PART_BYTES", "1024")
        patch.setenv("SLUICE_BULK_ROWS", "0")  # each step has the commits that scenarios count
        for name in ("SLUICE_LEASE_S", "SLUICE_PUBLISH_S"):
            patch.setenv(name, "3600")
        for module, name in ((step_task, "TURN_S"), (step_task, "PAUSE_S"), (dispatching, "LOSS_S")):
            patch.setattr(module, name, 3600.0)
        engine.forget()
        engine.use(pipeline(on_conflict))
        Seal()  # reads its key once in each process

    # what users do

    def new_file(self, rows: Rows) -> Path:
        path = self.folder / f"{len(self.files):03}.csv"
        path.write_text("".join(f"{line}\n" for line in ("id,value,pad", *(f"{k},{v},{PAD}" for k, v in rows))))
        self.files[path] = rows
        return path

    def start(self, paths: list[Path], *, reload: bool = False, parked: bool = False) -> Run:
        options = ({"reload": True} if reload else {}) | ({"max_rejects": "100%"} if parked else {})
        run = self.engine.register(*paths, **options)
        self.runs[run.id] = (paths, reload)
        return run

    # what Redis does

    def send(self, *messages: Message | None) -> None:
        for message in filter(None, messages):
            self.queue.append(message)
            self.sent.append(message)

    def empty_redis(self) -> None:
        self.queue.clear()
        self.marker += 1
        self.cache.flushdb()

    # what workers' main processes do

    def dispatch(self, publish: Callable[[list[int], str], None] | None = None) -> None:
        waiting = {message.kind for message in self.queue}
        empty = tuple(kind for kind in ("settle", "load", "transform", "plan", "extract") if kind not in waiting)

        def to_queue(steps: list[int], kind: str) -> None:
            self.send(*(Message(kind, step) for step in steps))

        dispatch(publish or to_queue, lambda: Queues(str(self.marker), empty))

    def dispatch_badly(self, after: int, error: type[BaseException]) -> None:
        """The dispatcher dies, or Redis refuses, after so many messages: `Died` or TransientError."""
        left = after

        def publish(steps: list[int], kind: str) -> None:
            nonlocal left
            if left == 0:
                raise error("Redis does not take messages")
            left -= 1
            self.send(*(Message(kind, step) for step in steps))

        try:
            self.dispatch(publish)
        except (Died, TransientError):
            pass  # what was marked and not sent is due again later

    def recover(self, gone: str | None = None) -> None:
        if gone is not None:
            with transaction() as cursor:
                steps.expire(cursor, [gone])
        recover()

    def report_crash(self, holder: str) -> None:
        """The main process reports that this child died."""
        steps.fail_process(holder, steps.KILLED)
        self.state(PAUSE)

    # what time does

    def let_time_pass(self) -> None:
        self.state(LATER)
        self.state("update sluice.queue set noticed_at = noticed_at - interval '30 days'")

    def let_lease_pass(self, step: int) -> None:
        self.state(LET_PASS, step)

    def working_steps(self) -> list[tuple[Any, ...]]:
        return self.state(WORKING)

    # what workers do

    def deliver(self, message: Message, worker: Worker, fault: str | None = None, commits: int = 1) -> None:
        self._with_fault(fault, commits, lambda: worker.take(message), message, worker)

    def go_on(self, worker: Worker, fault: str | None = None, commits: int = 1) -> None:
        assert worker.message is not None
        self._with_fault(fault, commits, worker.go_on, worker.message, worker)

    def _with_fault(
        self, fault: str | None, commits: int, work: Callable[[], Message | None], message: Message, worker: Worker
    ) -> None:
        if worker.claim is not None and worker.claim.step in self.poison and worker.claim.kind == "load":
            fault, commits = "dies before", 1
        self.wire.arm(fault, commits)
        try:
            following = work()
        finally:
            self.wire.arm(None)
        self.send(following)
        if worker.outcome == "requeue":
            self.queue.append(message)
        elif worker.outcome == "died":
            self.at_rest.append(message)

    def beat(self, claim: steps.Claim) -> bool:
        """One heartbeat. Returns whether the ledger still knows the claim."""
        params = {"steps": [claim.step], "fences": [claim.fence], "lease_s": 3600}
        with transaction() as cursor:
            cursor.execute(heartbeat.query("extend"), params)
            return cursor.rowcount == 1

    def kill(self, worker: Worker) -> str:
        """The process vanishes between two transactions. Returns which one it was."""
        name = worker.name
        if worker.message is not None:
            self.at_rest.append(worker.message)
        worker.be_born()
        return name

    # how all of it ends

    def frames(self) -> list[bytes]:
        return list(self.cache.scan_iter(f"{prefix()}*", count=1000))

    def frames_without_end(self) -> list[bytes]:
        """Frames that Redis would keep for ever."""
        return [key for key in self.frames() if self.cache.ttl(key) == -1]

    def open_runs(self) -> int:
        return int(self.state("select count(*) from sluice.run where state = 'running'")[0][0])

    def run_to_the_end(self, rounds: int = 150) -> None:
        """Fair scheduling without any more faults: whatever has happened, every run ends."""
        for _ in range(rounds):
            for worker in self.workers:
                self._finish(worker)
            if not self.open_runs():
                return
            for step, *_ in self.working_steps():  # of workers that are gone: all others have finished
                self.let_lease_pass(step)
            self.recover()
            self.let_time_pass()
            self.dispatch()
            self._deliver_all()
        why = self.state("select run_id, kind, state, fence, error from sluice.step where state <> 'done'")
        raise AssertionError(f"these runs do not end: {why}")

    def _deliver_all(self) -> None:
        while self.queue:
            self.deliver(self.queue.pop(0), self.workers[0])
            self._finish(self.workers[0])

    def _finish(self, worker: Worker) -> None:
        while not worker.idle:
            self.go_on(worker)

    def deliver_all_again(self) -> None:
        """Every message that there ever was, the newest first."""
        for message in reversed(self.sent):
            self.deliver(message, self.workers[0])
            self._finish(self.workers[0])
        self.queue.clear()
        self.dispatch()
        assert self.queue == []

    def state(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a statement on a connection that no simulated fault meets: it sees what is committed."""
        self.observer.execute(statement, values or None)
        return self.observer.fetchall() if self.observer.description else []
