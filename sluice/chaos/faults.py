"""How each fault is made to happen, to workers under a supervisor and to embedded servers."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, replace

import redis

from sluice.chaos.place import Place
from sluice.chaos.processes import children_of
from sluice.chaos.series import PLACES, Fault, Kind
from sluice.workers.supervisor import Supervisor


class NotYet(Exception):
    """What the fault is for does not run at this moment: try again soon."""


@dataclass(frozen=True)
class _Stopped:
    """A process, or with `group` all processes of its group, that SIGSTOP has stopped, until a monotonic time."""

    pid: int
    until: float
    group: bool


class Faults:
    """Makes faults happen. `stopped_s` is how long a stopped process stays stopped: longer than a lease.

    `ready` are the main processes of workers that take messages: only these are disturbed. One that is starting ends as
    a whole when one of its processes is killed, and then nothing would run for most of the time.
    """

    def __init__(self, place: Place, crew: Supervisor, stopped_s: float) -> None:
        self._place, self._crew, self._stopped_s = place, crew, stopped_s
        self._stopped: list[_Stopped] = []
        self.ready: frozenset[int] = frozenset()
        self._ended: dict[str, int] = {}
        self._how = {
            Kind.KILL_PROCESS: self._kill_process,
            Kind.KILL_WORKER: self._kill_worker,
            Kind.STOP_PROCESS: self._stop_process,
            Kind.STOP_WORKER: self._stop_worker,
            Kind.TERMINATE_WORKER: self._terminate_worker,
            Kind.EMPTY_REDIS: self._empty_redis,
            Kind.KILL_REDIS: self._kill_redis,
            Kind.RESTART_POSTGRESQL: self._restart_postgresql,
        }

    def strike(self, fault: Fault) -> str:
        """Make a fault happen, without waiting for its end, and return it in words. Raises NotYet."""
        worker = self._ready(fault.worker) if fault.kind.of_worker else 0
        try:
            self._how[fault.kind](replace(fault, worker=worker))
        except (ProcessLookupError, redis.RedisError) as error:
            raise NotYet from error
        return fault.kind.text.format(worker=worker, stopped_s=self._stopped_s)

    def continue_stopped(self) -> bool:
        """Send SIGCONT to processes that have been stopped long enough. Returns whether any is still stopped."""
        now = time.monotonic()
        for each in [each for each in self._stopped if each.until <= now]:
            self._stopped.remove(each)
            mains = {slot.child.pid for slot in self._crew.slots if slot.child is not None}
            with suppress(ProcessLookupError):
                if each.group and each.pid in mains:
                    os.killpg(each.pid, signal.SIGCONT)
                elif any(each.pid in children_of(main) for main in mains):
                    os.kill(each.pid, signal.SIGCONT)
        return bool(self._stopped)

    def _ready(self, first: int) -> int:
        """The worker of that number, or the next one that is ready. Raises NotYet."""
        workers = len(self._crew.slots)
        for place in range(first - 1, first - 1 + workers):
            child = self._crew.slots[place % workers].child
            if child is not None and child.pid in self.ready:
                return place % workers + 1
        raise NotYet

    def _main(self, fault: Fault) -> int:
        child = self._crew.slots[fault.worker - 1].child
        if child is None:
            raise NotYet
        return child.pid

    def _process(self, fault: Fault) -> int:
        found = children_of(self._main(fault))
        if not found:
            raise NotYet
        return found[fault.place * len(found) // PLACES]

    def _kill_process(self, fault: Fault) -> None:
        os.kill(self._process(fault), signal.SIGKILL)

    def _kill_worker(self, fault: Fault) -> None:
        os.killpg(self._main(fault), signal.SIGKILL)

    def _stop_process(self, fault: Fault) -> None:
        self._stop(self._process(fault), group=False)

    def _stop_worker(self, fault: Fault) -> None:
        self._stop(self._main(fault), group=True)

    def _stop(self, pid: int, *, group: bool) -> None:
        (os.killpg if group else os.kill)(pid, signal.SIGSTOP)
        self._stopped.append(_Stopped(pid, time.monotonic() + self._stopped_s, group))

    def _terminate_worker(self, fault: Fault) -> None:
        os.kill(self._main(fault), signal.SIGTERM)

    def _empty_redis(self, _fault: Fault) -> None:
        self._place.empty_redis()

    def _kill_redis(self, _fault: Fault) -> None:
        self._end_server("redis", signal.SIGKILL)

    def _restart_postgresql(self, _fault: Fault) -> None:
        self._end_server("database", signal.SIGQUIT)  # no farewell to clients; recovery from the log

    def _end_server(self, name: str, how: signal.Signals) -> None:
        """Signal a server, whose keeper starts it again. Not twice the same process: it may be a zombie by now."""
        pid = self._place.pid(name)
        if pid is None or pid == self._ended.get(name):
            raise NotYet
        os.kill(pid, how)
        self._ended[name] = pid
