"""A TCP proxy between a program and its server that misbehaves on demand.

One thread accepts; each connection has one thread for each way. Faults are switches that may be turned at
any time: every chunk is passed, held or swallowed by what holds when it arrives. `cut_when` cuts at an exact
point of the conversation, e.g. before or after a COMMIT reaches the server.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

CHUNK = 65_536
PATIENCE_S = 10.0


class TcpProxy:
    """Listens on 127.0.0.1:`port` and passes on to the target, as long as its `with` block lasts."""

    def __init__(self, target_host: str, target_port: int) -> None:
        self._target = (target_host, target_port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.was_cut = threading.Event()
        self._lock = threading.Lock()
        self._connections: set[_Connection] = set()
        self._threads: list[threading.Thread] = []
        self._stopped = False
        self._refuse = False
        self._pattern: bytes | None = None
        self._before = False
        self.delay_s = 0.0
        self.clear = threading.Event()  # set while bytes get through: no black hole
        self.clear.set()

    @classmethod
    def before(cls, url: str) -> Self:
        """A proxy before the server of a URL, which has to name host and port."""
        where = urlsplit(url)
        assert where.hostname is not None
        assert where.port is not None
        return cls(where.hostname, where.port)

    def through(self, url: str) -> str:
        """The URL with this proxy in the place of its server."""
        return url.replace(f":{self._target[1]}/", f":{self.port}/")

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped = True
        socket.create_connection(("127.0.0.1", self.port), PATIENCE_S).close()  # wakes accept()
        self.clear.set()
        self.cut()
        for thread in self._threads:
            thread.join(PATIENCE_S)
        self._listener.close()

    def cut(self) -> None:
        """Close all connections now, both ends. New ones are accepted as before."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            connection.close()

    def refuse(self, on: bool) -> None:
        """Close new connections as soon as they are made; those that are open go on."""
        self._refuse = on

    def blackhole(self, on: bool) -> None:
        """Swallow all bytes both ways and keep connections open: neither end learns that the other closed.

        What was swallowed never arrives; an end's closing does, once the hole is gone.
        """
        if on:
            self.clear.clear()
        else:
            self.clear.set()

    def delay(self, seconds: float) -> None:
        """Hold every chunk for so long, both ways; 0 to stop."""
        self.delay_s = seconds

    def cut_when(self, pattern: bytes, before: bool) -> None:
        """Cut the connection whose client sends `pattern`: once. `was_cut` is set when it has happened.

        The chunk that completes the pattern does not reach the server if `before`; otherwise it does, and
        no byte of the answer reaches the client. ValueError for an empty pattern.
        """
        if not pattern:
            raise ValueError("An empty pattern is in every chunk: name the bytes to wait for.")
        self.was_cut.clear()
        with self._lock:
            self._pattern, self._before = pattern, before

    def trigger(self, tail: bytes, chunk: bytes) -> tuple[bytes, bool | None]:
        """(tail to remember, whether to cut before the chunk; None: not at all). Takes the order once."""
        with self._lock:
            if self._pattern is None:
                return b"", None
            heard = tail + chunk
            if self._pattern not in heard:
                return heard[-(len(self._pattern) - 1) :] if len(self._pattern) > 1 else b"", None
            self._pattern = None
            return b"", self._before

    def forget(self, connection: _Connection) -> None:
        with self._lock:
            self._connections.discard(connection)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name="tcp-proxy", daemon=True)
        with self._lock:
            self._threads = [old for old in self._threads if old.is_alive()]
            thread.start()
            self._threads.append(thread)

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            if self._stopped:
                client.close()
                return
            if self._refuse:
                client.close()
            else:
                self._start(partial(self._serve, client))

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._target, PATIENCE_S)
        except OSError:
            client.close()  # the server is away: so the client sees it
            return
        server.settimeout(None)
        connection = _Connection(self, client, server)
        with self._lock:
            late = self._stopped
            self._connections.add(connection)
        if late:
            connection.close()
            return
        self._start(connection.answers)
        connection.requests()


class _Connection:
    """One conversation: the client's socket, the server's, and a loop for each way."""

    def __init__(self, proxy: TcpProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._client, self._server = client, server
        self._closed = threading.Event()
        self._mute = False  # the answers go nowhere any more
        self._ways = 2
        self._lock = threading.Lock()
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        self._closed.set()
        for end in (self._client, self._server):
            _shut(end, socket.SHUT_RDWR)  # wakes the thread that reads it, which then closes it

    def requests(self) -> None:
        tail = b""
        try:
            while chunk := self._read(self._client):
                tail, before = self._proxy.trigger(tail, chunk)
                if before is not None:
                    self._cut(b"" if before else chunk)
                    break
                self._server.sendall(chunk)
        except OSError:
            self.close()
        self._finish(self._server)

    def answers(self) -> None:
        try:
            while chunk := self._read(self._server):
                if not self._mute:
                    self._client.sendall(chunk)
        except OSError:
            self.close()
        self._finish(self._client)

    def _read(self, end: socket.socket) -> bytes:
        """The next chunk that gets through; b"" when this way is at its end."""
        while chunk := end.recv(CHUNK):
            if self._proxy.delay_s:
                self._closed.wait(self._proxy.delay_s)
            if self._proxy.clear.is_set():
                return chunk
        if not self._closed.is_set():
            self._proxy.clear.wait()
        return b""

    def _cut(self, last: bytes) -> None:
        """Cut the client off at once. The server gets `last` and then the end, and answers nobody."""
        self._mute = True
        try:
            self._server.sendall(last)
        finally:
            _shut(self._client, socket.SHUT_RDWR)
            self._proxy.was_cut.set()

    def _finish(self, sink: socket.socket) -> None:
        """This way is at its end: tell the other side; the last of the two ways closes the sockets."""
        _shut(sink, socket.SHUT_WR)
        with self._lock:
            self._ways -= 1
            last = self._ways == 0
        if last:
            self._client.close()
            self._server.close()
            self._proxy.forget(self)


def _shut(end: socket.socket, how: int) -> None:
    try:
        end.shutdown(how)
    except OSError:
        pass  # gone already: that is all that was wanted
