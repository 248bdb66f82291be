"""An HTTP server on this host that answers what a test tells it to, also badly, and remembers what it was asked.

`server.answers("/customers", Answer(...), Answer(...))` is a script: one answer for each request to that path, the last
one for all that follow. A script may be a function of the request instead.
"""

from __future__ import annotations

import json
import ssl
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

PATIENCE_S = 20.0


@dataclass(frozen=True)
class Asked:
    """One request: header names in lower case, and when it came (time.monotonic, in seconds)."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    at: float


@dataclass(frozen=True)
class Answer:
    """One answer. `cut_at`: the connection closes after so many bytes of the body, whose whole length was promised.

    `ending` is how the body's end is told: by its "length", in "chunks", or by "closing" the connection. The answer is
    not begun before `after` is set, and `drip_s` passes between bytes.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    cut_at: int | None = None
    ending: str = "length"
    after: threading.Event | None = None
    drip_s: float = 0


Script = Callable[[Asked], Answer]


def saying(document: Any, **how: Any) -> Answer:
    """An answer of 200 with a document as JSON."""
    return Answer(json.dumps(document).encode(), **how)


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked hung up, which many tests want: only what else goes wrong is printed."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class ApiServer:
    """Runs from `with running() as server` to the end of the block; `url` is its base."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self._scripts: dict[str, Script] = {}
        self._server = _Quiet(("127.0.0.1", 0), self._talk())
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._server.server_port}"

    def answers(self, path: str, first: Answer | Script, *others: Answer) -> None:
        """Set the script of a path."""
        if not isinstance(first, Answer):
            self._scripts[path] = first
            return
        script, counts = [first, *others], defaultdict(int)

        def in_turn(_: Asked) -> Answer:
            counts[path] += 1
            return script[min(counts[path], len(script)) - 1]

        self._scripts[path] = in_turn

    def guarded(self, path: str, token: str, answer: Answer) -> None:
        """Answer at a path, but 401 without the token."""
        right = f"Bearer {token}"
        refusal = saying({"error": "who are you?"}, status=401)
        self.answers(path, lambda asked: answer if asked.headers.get("authorization") == right else refusal)

    def _talk(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Talk(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = PATIENCE_S

            def do_GET(self) -> None:
                address = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(address.path, dict(parse_qsl(address.query)), headers, time.monotonic())
                api.asked.append(asked)
                script = api._scripts.get(address.path)
                with suppress(ConnectionError):  # whoever asked has heard enough
                    self._give(script(asked) if script else saying({"error": "not found"}, status=404))

            def _give(self, answer: Answer) -> None:
                if answer.after is not None:
                    answer.after.wait(PATIENCE_S)
                self.send_response(answer.status)
                for name, value in {"Content-Type": answer.kind, **answer.headers}.items():
                    self.send_header(name, value)
                whole, sent = answer.body, answer.body[: answer.cut_at]
                self.close_connection = answer.ending == "closing" or len(sent) < len(whole)
                if answer.ending == "length" and answer.status != 304:
                    self.send_header("Content-Length", str(len(whole)))
                elif answer.ending == "chunks":
                    self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                if answer.ending == "chunks":
                    end = b"" if len(sent) < len(whole) else b"0\r\n\r\n"
                    sent = b"%x\r\n%b\r\n%b" % (len(sent), sent, end)
                self._send(sent, answer.drip_s)

            def _send(self, sent: bytes, drip_s: float) -> None:
                if not drip_s:
                    self.wfile.write(sent)
                    return
                for at in range(len(sent)):
                    self.wfile.write(sent[at : at + 1])
                    time.sleep(drip_s)

            def log_message(self, *_: object) -> None:
                """Nothing: what was asked is in `asked`."""

        return Talk


@contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[ApiServer]:
    """A server on a port of its own, for as long as the block lasts."""
    server = ApiServer(tls)
    thread = threading.Thread(target=server._server.serve_forever, kwargs={"poll_interval": 0.02}, name="api")
    thread.start()
    try:
        yield server
    finally:
        server._server.shutdown()
        server._server.server_close()
        thread.join(PATIENCE_S)
