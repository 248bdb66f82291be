"""The two servers as processes: to be killed, stopped, and waited for."""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress
from pathlib import Path

import psycopg2
import redis

from sluice.embedded import Servers
from tests.kit.stack import until


class Processes:
    """The servers of one home. Their keeper starts them again, on the same port, whenever they die."""

    def __init__(self, home: Path, servers: Servers) -> None:
        self.home = home
        self.servers = servers

    def pid(self, name: str) -> int:
        """The process of `database` or `redis`, as their keeper knows it."""
        return int(json.loads((self.home / "servers" / "state.json").read_text())["children"][name])

    def kill_redis(self) -> None:
        """kill -9, and wait until another process, an empty one, answers."""
        self.strike_redis()
        self.wait_redis()

    def strike_redis(self) -> None:
        """kill -9; it is away until `wait_redis` comes back."""
        self._killed = self.pid("redis")
        os.kill(self._killed, signal.SIGKILL)

    def wait_redis(self) -> None:
        until(lambda: self.pid("redis") != self._killed and self.redis_answers(), 120, "Redis, started again")

    def restart_database(self) -> None:
        """An immediate shutdown (SIGQUIT: no farewell to anybody, recovery from the log), and wait for its return."""
        before = self.pid("database")
        os.kill(before, signal.SIGQUIT)
        until(lambda: self.pid("database") != before and self.database_answers(), 120, "PostgreSQL, started again")

    def heal(self) -> None:
        """Both go on, if they were stopped, and answer; Redis has its usual memory."""
        for name in ("database", "redis"):
            with suppress(ProcessLookupError):
                os.kill(self.pid(name), signal.SIGCONT)
        until(lambda: self.redis_answers() and self.database_answers(), 120, "both servers")
        with redis.Redis.from_url(self.servers.redis_url) as client:
            client.client_unpause()
            client.config_set("maxmemory", "256mb")

    def redis_answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.servers.redis_url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def database_answers(self) -> bool:
        try:
            psycopg2.connect(self.servers.database_url, connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True
