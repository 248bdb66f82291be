"""Where the servers of a home listen, and their passwords: chosen once, kept in `endpoints.json`.

Ports are kept because clients use the URLs while a server restarts. They are below the range from which the kernel
takes ports for outgoing connections, which could take a port while its server is down.
"""

from __future__ import annotations

import json
import random
import secrets
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from sluice.embedded.folder import write_secret
from sluice.errors import ConfigError

HOST = "127.0.0.1"
PORTS = range(15_000, 30_000)


@dataclass(frozen=True)
class Endpoint:
    """A port on 127.0.0.1 and its password."""

    port: int
    password: str


def endpoint(folder: Path, name: str) -> Endpoint:
    """The endpoint of a server about to start: the previous one, on a new port if another program uses that."""
    path = folder / "endpoints.json"
    known: dict[str, Endpoint] = {}
    if path.exists():
        known = {key: Endpoint(**value) for key, value in json.loads(path.read_text()).items()}
    before = known.get(name)
    if before is not None and _free(before.port):
        return before
    password = before.password if before is not None else secrets.token_urlsafe(24)
    known[name] = Endpoint(_free_port(taken={other.port for other in known.values()}), password)
    write_secret(path, json.dumps({key: asdict(value) for key, value in known.items()}))
    return known[name]


def _free_port(taken: set[int]) -> int:
    for port in random.SystemRandom().sample(PORTS, 200):
        if port not in taken and _free(port):
            return port
    raise ConfigError(
        f"No free port on {HOST} between {PORTS.start} and {PORTS.stop - 1}. Set DATABASE_URL and REDIS_URL."
    )


def _free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: recently closed connections do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
