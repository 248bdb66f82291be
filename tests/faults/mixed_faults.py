"""The faults of the mixture: two workers, beat and both servers, the latter behind proxies, and what befalls them."""

from __future__ import annotations

import json
import os
import random
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import psycopg2
import redis

from tests.faults.servers import Processes
from tests.faults.test_messages import multiply
from tests.kit.forked import Forked
from tests.kit.stack import ROOT, Stack, Worker
from tests.kit.tcp_proxy import TcpProxy

AWAY_S = (1.0, 3.0, 8.0)
BUSY_WITHIN_S = 1.5


class Beat:
    """A beat that checks schedules each second."""

    def __init__(self, stack: Stack, env: dict[str, str]) -> None:
        self.log = stack.home / "beat.log"
        with self.log.open("ab") as out:
            words = [str(stack.home / "beat-schedule")]
            self.process = Forked("tests.kit.quick_beat", words, env, ROOT, out.fileno(), out.fileno())


class MixedFaults:
    """Strikes at any time; what a fault began ends later, in `tend` or `heal`."""

    def __init__(
        self, stack: Stack, processes: Processes, proxies: dict[str, TcpProxy], seed: int, say: Callable[[str], None]
    ) -> None:
        self.stack, self.processes, self.proxies, self.say = stack, processes, proxies, say
        self.chance = random.Random(f"faults {seed}")
        self.env = {
            name: through(proxies, stack.env[name]) for name in ("DATABASE_URL", "REDIS_URL", "SLUICE_CACHE_URL")
        }
        self.stopped_s = 2 * float(stack.env["SLUICE_LEASE_S"])
        self.workers = [stack.worker(1, **self.env), stack.worker(2, **self.env)]
        self.beat = Beat(stack, stack.env | self.env)
        self._later: list[tuple[float, Callable[[], None]]] = []

    def strike(self) -> None:
        """One fault, any."""
        what, weight = zip(*self._kinds(), strict=True)
        fault = self.chance.choices(what, weight)[0]
        try:
            self.say(f"! {fault.__name__.strip('_').replace('_', ' ')} {fault() or ''}".rstrip())
        except (ProcessLookupError, FileNotFoundError, redis.RedisError, psycopg2.Error) as error:
            self.say(f"! {fault.__name__.strip('_').replace('_', ' ')}: not now, {type(error).__name__}")

    def tend(self) -> None:
        """End what is due to end, and start workers and beat that have ended, as their supervisor would."""
        now = time.monotonic()
        for each in [each for each in self._later if each[0] <= now]:
            self._later.remove(each)
            each[1]()
        for number, worker in enumerate(self.workers):
            if worker.process.poll() is not None:
                self.say(f"  worker {number + 1} has ended and is started again")
                self.workers[number] = self.stack.worker(2, **self.env)
        if self.beat.process.poll() is not None:
            self.beat = Beat(self.stack, self.stack.env | self.env)

    def heal(self) -> None:
        """The end of all faults: everything that was stopped goes on, and everything that has ended is started."""
        for _, undo in self._later:
            undo()
        self._later.clear()
        self.processes.heal()
        self.tend()
        self.say("the end of all faults")

    def close(self) -> None:
        """End beat; workers end with their stack."""
        self.beat.process.kill_group()

    def _kinds(self) -> Iterator[tuple[Callable[[], str | None], int]]:
        yield from (
            (self._kill_a_child, 3),
            (self._stop_a_child, 2),
            (self._kill_a_worker, 2),
            (self._stop_a_worker, 1),
        )
        yield from ((self._terminate_a_worker, 1), (self._kill_beat, 1), (self._multiply_messages, 2))
        yield from ((self._empty_redis, 2), (self._kill_redis, 1), (self._redis_away, 2))
        yield from ((self._restart_postgresql, 1), (self._end_all_backends, 1), (self._postgresql_away, 2))

    def _kill_a_child(self) -> str:
        child = self._a_child()
        os.kill(child, signal.SIGKILL)
        return str(child)

    def _stop_a_child(self) -> str:
        return self._stop(self._a_child(), os.kill)

    def _stop_a_worker(self) -> str:
        return self._stop(self._a_worker().process.pid, os.killpg)

    def _stop(self, pid: int, kill: Callable[[int, int], None]) -> str:
        kill(pid, signal.SIGSTOP)
        seconds = self.chance.choice([1.0, self.stopped_s])

        def go_on() -> None:
            with suppress(ProcessLookupError):
                kill(pid, signal.SIGCONT)

        self._in(seconds, go_on)
        return f"{pid} for {seconds:.0f} s"

    def _kill_a_worker(self) -> None:
        self._a_worker().kill_group()

    def _terminate_a_worker(self) -> None:
        self._a_worker().process.terminate()

    def _kill_beat(self) -> None:
        self.beat.process.kill_group()

    def _multiply_messages(self) -> str:
        """Those that wait, and those that a worker has taken."""
        client = self.stack.redis()
        taken = [json.loads(each) for each in client.hvals("unacked")]
        for message, _, queue in taken:
            message["properties"]["delivery_tag"] = str(uuid.uuid4())
            client.rpush(queue, json.dumps(message))
        return f"{len(taken)} that were taken and {multiply(self.stack, 3, self.chance)} that wait"

    def _empty_redis(self) -> None:
        self.stack.redis().flushall()

    def _kill_redis(self) -> None:
        self.processes.kill_redis()

    def _redis_away(self) -> str:
        return self._away("redis")

    def _restart_postgresql(self) -> None:
        self.processes.restart_database()

    def _postgresql_away(self) -> str:
        return self._away("postgresql")

    def _end_all_backends(self) -> None:
        self.stack.sql(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )

    def _away(self, server: str) -> str:
        """No byte gets through, or no connection is made, for a while."""
        proxy, seconds = self.proxies[server], self.chance.choice(AWAY_S)
        how = self.chance.choice([proxy.blackhole, proxy.refuse])
        how(True)
        if how == proxy.refuse:
            proxy.cut()

        def back() -> None:
            how(False)
            proxy.cut()

        self._in(seconds, back)
        return f"({how.__name__}) for {seconds:.0f} s"

    def _in(self, seconds: float, undo: Callable[[], None]) -> None:
        self._later.append((time.monotonic() + seconds, undo))

    def _a_worker(self) -> Worker:
        return self.chance.choice(self.workers)

    def _a_child(self) -> int:
        """A process that works on a step, if there soon is one; steps are short, and most of the time all wait."""
        children = [child for worker in self.workers for child in worker.children()]
        end = time.monotonic() + BUSY_WITHIN_S
        while time.monotonic() < end:
            ask = (
                "select holder from sluice.step where state = 'working' and holder is not null order by kind <> 'load'"
            )
            for holder in (int(text.rpartition("|")[2]) for (text,) in self.stack.sql(ask)):
                if holder in children:
                    return holder
        if not children:
            raise ProcessLookupError
        return self.chance.choice(children)


def through(proxies: dict[str, TcpProxy], url: str) -> str:
    """The URL of a server by its proxy."""
    for proxy in proxies.values():
        url = proxy.through(url)
    return url


@contextmanager
def mixed_faults(stack: Stack, processes: Processes, seed: int, say: Callable[[str], None]) -> Iterator[MixedFaults]:
    """Workers and beat behind a proxy before each server."""
    with ExitStack() as ends:
        proxies = {
            "postgresql": ends.enter_context(TcpProxy.before(stack.database_url)),
            "redis": ends.enter_context(TcpProxy.before(stack.redis_url)),
        }
        made = MixedFaults(stack, processes, proxies, seed, say)
        ends.callback(made.close)
        yield made
