"""Runs the API in uvicorn until a signal ends it."""

from __future__ import annotations

import logging
import socket
import sys

import uvicorn

from sluice.engine.base.settings import settings
from sluice.engine.storage.log_text import log_printably
from sluice.errors import ConfigError
from sluice.web.app import make_app
from sluice.web.connections import Bounded, most_connections
from sluice.web.http.trace import WithRequestId

GRACE_S = 10  # time for running requests to end
KEEP_ALIVE_S = 15
BACKLOG = 512


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ConfigError when the address is in use or not of this machine."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise ConfigError(
            f"The API cannot listen on {host}, port {port} ({error.strerror}): name another with --host and --port."
        ) from error


def serve(listener: socket.socket) -> None:
    """Answer requests until SIGINT or SIGTERM, which is raised again once those in work are answered."""
    _log_to_stderr()
    Bounded.most = most_connections()
    config = uvicorn.Config(
        make_app(),
        http=Bounded,
        ws="none",
        log_config=None,
        access_log=False,  # our log line has no query string
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=KEEP_ALIVE_S,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _log_to_stderr() -> None:
    log_printably()
    lines = logging.StreamHandler(sys.stderr)
    lines.addFilter(WithRequestId())
    lines.setFormatter(logging.Formatter("%(asctime)s %(levelname)s [%(request_id)s] %(name)s: %(message)s"))
    logging.basicConfig(level=settings().log_level, handlers=[lines], force=True)
