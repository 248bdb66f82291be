"""Connections of the API, bounded in number and in the time that a client may take: no client holds one for ever.

uvicorn closes a connection that is idle after an answer. One that sends a request slowly or never, and one that does
not read its answer, it would keep: a few hundred of them, and no file descriptor is left.
"""

from __future__ import annotations

import asyncio
import json
import resource
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_S = 10.0  # for a whole request, from its first byte or from the connection
ANSWER_S, ANSWER_BYTES = 60.0, 1 << 20  # in this time a client must read as many bytes, or all that was sent
MOST_CONNECTIONS = 1_000
_OWN_FILES = 100  # descriptors for PostgreSQL, logs, files of pipelines

_BUSY = json.dumps(
    {"type": "about:blank", "title": "Service Unavailable", "status": 503, "code": "busy",
     "detail": "The API has as many connections as it takes: try again."}
).encode()  # fmt: skip
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 1\r\n"
    b"Connection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(_BUSY), _BUSY)
)


def most_connections() -> int:
    """How many connections are taken. The limit of open files is raised as far as allowed; some are left for others."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY:
        most = 1 << 16
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    return max(1, min(MOST_CONNECTIONS, most - _OWN_FILES))


class Bounded(H11Protocol):
    """One connection. `most` is the number of all, set before the server starts."""

    most = MOST_CONNECTIONS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._late: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._refused = len(self.connections) >= self.most
        super().connection_made(transport)
        if self._refused:
            transport.write(_FULL)
            self._close()
        else:
            self._expect_request()

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if self._late is None:
            self._expect_request()
        super().data_received(data)
        if not self._receiving():
            self._late = _cancelled(self._late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._late, self._unread = _cancelled(self._late), _cancelled(self._unread)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._unread = _cancelled(self._unread)

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._close()

    def _expect_request(self) -> None:
        self._late = self.loop.call_later(REQUEST_S, self._end_late)

    def _receiving(self) -> bool:
        """Whether a request has begun, or is to begin, and is not complete."""
        return self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    def _end_late(self) -> None:
        self._late = None
        if self._receiving():
            self._close()

    def _close(self) -> None:
        """Close it, and do not wait for long until the client has read the rest."""
        self.transport.close()
        self._expect_reading()

    def _expect_reading(self) -> None:
        self._unread = _cancelled(self._unread)
        self._unread = self.loop.call_later(ANSWER_S, self._end_unread, self.transport.get_write_buffer_size())

    def _end_unread(self, before: int) -> None:
        """Go on for a client that is only slow: a large answer may take it minutes."""
        if before - self.transport.get_write_buffer_size() < ANSWER_BYTES:
            self.transport.abort()
        else:
            self._expect_reading()


def _cancelled(timer: asyncio.TimerHandle | None) -> Any:
    if timer is not None:
        timer.cancel()
