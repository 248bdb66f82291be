"""`serving`: customers and exchange rates behind a bearer token, as an HTTP server on this machine.

`GET /customers` and `GET /exchange_rates` answer the whole array, with an ETag; with `?page=1&size=100` a page of it,
and past the end an empty one. Nothing else is there, and nothing without the token.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sluice.samples.unified_sales.sample import CUSTOMERS, RATES

HOST = "127.0.0.1"
FILES = {"/customers": CUSTOMERS, "/exchange_rates": RATES}
LARGEST_PAGE = 10_000
IDLE_S = 30


@contextmanager
def serving(folder: Path, token: str, port: int = 0) -> Iterator[str]:
    """Serve what the sample in `folder` holds, and give the address: `http://127.0.0.1:PORT`.

    Any free port is taken unless one is named. Raises OSError when that one is in use.
    """
    arrays = {path: json.loads((folder / name).read_text(encoding="utf-8")) for path, name in FILES.items()}
    server = _Server(port, token, arrays)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="sample api", daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    """Answers each connection in a thread of its own."""

    daemon_threads = True

    def __init__(self, port: int, token: str, arrays: Mapping[str, list[Any]]) -> None:
        self.token, self.arrays = token, arrays
        super().__init__((HOST, port), _Answer)


class _Answer(BaseHTTPRequestHandler):
    """One connection."""

    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if not self._may_read():
            self._refuse(HTTPStatus.UNAUTHORIZED, "Send the header Authorization: Bearer TOKEN.")
        elif address.path not in self.server.arrays:
            self._refuse(HTTPStatus.NOT_FOUND, f"There are only {' and '.join(self.server.arrays)}.")
        else:
            try:
                part = _page(address.query)
            except ValueError:
                self._refuse(HTTPStatus.BAD_REQUEST, f"page is from 1, size from 1 to {LARGEST_PAGE}.")
            else:
                self._answer(self.server.arrays[address.path][part])

    def _may_read(self) -> bool:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        # compared as bytes: a text beyond ASCII is a wrong token, and no error
        known = hmac.compare_digest(token.strip().encode("latin-1", "replace"), self.server.token.encode())
        return scheme.lower() == "bearer" and known

    def _answer(self, records: list[Any]) -> None:
        body = json.dumps(records, ensure_ascii=False).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if self.headers.get("If-None-Match") == etag:
            self._send(HTTPStatus.NOT_MODIFIED, b"", {"ETag": etag})
        else:
            self._send(HTTPStatus.OK, body, {"ETag": etag, "Content-Type": "application/json"})

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        more = {"WWW-Authenticate": 'Bearer realm="sample"'} if status is HTTPStatus.UNAUTHORIZED else {}
        self._send(status, json.dumps({"error": why}).encode(), {"Content-Type": "application/json", **more})

    def _send(self, status: HTTPStatus, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Requests are not logged."""


def _page(query: str) -> slice:
    """The range of records of the query; all of them without `page`. Raises ValueError."""
    given = parse_qs(query, keep_blank_values=True)
    if not given:
        return slice(None)
    page, size = int(given.pop("page", ["1"])[-1]), int(given.pop("size", ["100"])[-1])
    if given or page < 1 or not 1 <= size <= LARGEST_PAGE:
        raise ValueError
    return slice((page - 1) * size, page * size)
