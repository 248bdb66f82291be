"""Ports for servers that cannot take any port that is free and say which."""

from __future__ import annotations

import random
import socket

# Below the range from which the kernel takes ports for outgoing connections and for whoever asks for any port: such a
# port may be somebody else's by the time its server listens. And above that of Sluice's own servers.
PORTS = range(30_000, 32_700)


def free_port() -> int:
    """A port on 127.0.0.1 on which nobody listens, and which nobody gets by chance."""
    for port in random.SystemRandom().sample(PORTS, 200):  # the seed of `random` is the same in all test processes
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that have just ended do not count
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError(f"no free port between {PORTS.start} and {PORTS.stop - 1}")
