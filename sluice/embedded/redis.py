"""Redis, or Valkey: a cache and a broker that starts empty. Durable data is in PostgreSQL."""

from __future__ import annotations

import os
import re
import signal
import socket
from collections.abc import Callable
from pathlib import Path

from sluice.embedded.account import ourselves
from sluice.embedded.binaries import find_redis
from sluice.embedded.endpoints import HOST, endpoint
from sluice.embedded.folder import write_secret
from sluice.embedded.server import Server, StartError
from sluice.errors import ConfigError

_CONFIG = """\
bind {host}
port {port}
requirepass {password}
protected-mode yes
save ""
appendonly no
maxmemory {maxmemory}
maxmemory-policy volatile-lru
"""


class Redis(Server):
    """The Redis-protocol server. Its settings come from a file that only its user can read."""

    name = "redis"
    # There is nothing to save.
    death_signal = signal.SIGKILL
    stop_sequence = ((signal.SIGTERM, 2.0), (signal.SIGKILL, 5.0))

    @classmethod
    def open(cls, servers: Path, say: Callable[[str], None]) -> Redis:
        """Find the program and write its settings."""
        program = find_redis()
        folder = servers / "redis"
        folder.mkdir(mode=0o700, exist_ok=True)
        server = cls(folder, program, ourselves(), endpoint(servers, cls.name))
        write_secret(
            folder / "redis.conf",
            _CONFIG.format(
                host=HOST,
                port=server.endpoint.port,
                password=server.endpoint.password,
                maxmemory=_maxmemory(),
            ),
        )
        say(f"starting {program.label}")
        return server

    @property
    def url(self) -> str:
        return f"redis://default:{self.endpoint.password}@{HOST}:{self.endpoint.port}/0"

    def command(self) -> list[str | Path]:
        return [self.program.path, "redis.conf"]

    def answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self.endpoint.port), timeout=1) as line:
                line.sendall(f"AUTH {self.endpoint.password}\r\n".encode())
                reply = line.recv(100)
        except OSError:
            return False
        if reply.startswith(b"-") and not self.served:
            raise StartError(f"{self.program.label} refuses its own password: {reply.decode().strip()}")
        return reply.startswith(b"+OK")


def _maxmemory() -> str:
    size = os.environ.get("SLUICE_REDIS_MAXMEMORY", "256mb")
    if not re.fullmatch(r"[1-9]\d*([kmg]b?)?", size, re.IGNORECASE):
        raise ConfigError(f"SLUICE_REDIS_MAXMEMORY={size!r} is not a size. Use a number with kb, mb or gb: 256mb.")
    return size
