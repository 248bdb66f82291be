"""The bytes of a connection as they come: within the time of the fetch, and headers within a size.

httpx has a time limit for each wait, and none for all of them: a byte every few seconds, or responses `100 Continue`
without end, would go on for ever.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import httpcore
import httpx

from sluice.engine.sources.http.retries import RetryLimits
from sluice.errors import DataError

MOST_HEADER_BYTES = 64 << 10
_HEADERS = "http11.receive_response_headers."


class Wire:
    """The limits of a fetch's connections. `trace` is for the extensions of each request."""

    def __init__(self, retries: RetryLimits) -> None:
        self._retries = retries
        self._left: int | None = None

    def trace(self, event: str, _facts: Any) -> None:
        """Called by the client at the beginning and the end of each phase of a request."""
        if event.startswith(_HEADERS):
            self._left = MOST_HEADER_BYTES if event.endswith("started") else None

    def watch(self, client: httpx.Client) -> None:
        """Have the client read through this. httpx has no argument for the backend of its connections."""
        for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001 - see above
            pool = getattr(transport, "_pool", None)
            if pool is not None:
                pool._network_backend = _Backend(pool._network_backend, self)  # noqa: SLF001 - see above

    def read(self, stream: httpcore.NetworkStream, most: int, timeout: float | None) -> bytes:
        """Bytes of a stream. Raises DataError `too_slow`, `too_large`."""
        self._retries.check()
        if self._left is None:
            return stream.read(most, timeout)
        if self._left <= 0:
            raise DataError(
                "too_large",
                f"{self._retries.name}: the headers of a response have more than {MOST_HEADER_BYTES:,} bytes, or it "
                "never begins. Nothing is loaded; the API or its proxy must send fewer.",
            )
        data = stream.read(min(most, self._left), timeout)
        self._left -= len(data)
        return data

    def shake_hands(
        self, stream: httpcore.NetworkStream, context: ssl.SSLContext, name: str | None, timeout: float | None
    ) -> httpcore.NetworkStream:
        """The stream with TLS. The whole handshake has the time of one wait: it cannot be looked into."""
        end = threading.Timer(timeout or self._retries.total_s, _end, [stream])
        end.daemon = True
        end.start()
        try:
            return stream.start_tls(context, name, timeout)
        finally:
            end.cancel()


class _Backend(httpcore.NetworkBackend):
    def __init__(self, inner: httpcore.NetworkBackend, wire: Wire) -> None:
        self._inner = inner
        self._wire = wire

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.connect_tcp(host, port, timeout, local_address, socket_options), self._wire)

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, wire: Wire) -> None:
        self._inner = inner
        self._wire = wire

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._wire.read(self._inner, max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._wire.shake_hands(self._inner, ssl_context, server_hostname, timeout), self._wire)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _end(stream: httpcore.NetworkStream) -> None:
    with suppress(OSError):
        stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
