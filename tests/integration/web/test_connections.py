"""Clients that are slow, many, or that never read: the API goes on, and answers everybody else afterwards."""

from __future__ import annotations

import json
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import httpx
import pytest

from sluice.web import connections
from sluice.web.connections import Bounded
from tests.integration.web.test_serve_command import BEARER, TOKENS
from tests.kit.stack import Stack, until
from tests.kit.web_client import serving

LARGE = 64 << 20


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Reads the body and answers; at /large with more than any buffer has."""
    if scope["type"] == "lifespan":
        return
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    body = bytes(LARGE) if scope["path"] == "/large" else b"ok"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def bounded(monkeypatch: pytest.MonkeyPatch, most: int = 100, request_s: float = 1.0) -> Iterator[httpx.Client]:
    """The app, with a time of one second for a request and for reading its answer."""
    monkeypatch.setattr(connections, "REQUEST_S", request_s)
    monkeypatch.setattr(connections, "ANSWER_S", 1.0)
    monkeypatch.setattr(Bounded, "most", most)
    with serving(app, http=Bounded, ws="none") as client:
        yield client


def connected(client: httpx.Client) -> socket.socket:
    return socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=20)


def answers(client: httpx.Client) -> bool:
    """Whether it answers now: a request that a busy machine sends too slowly is cut off like any other."""
    try:
        return client.get("/").text == "ok"
    except httpx.TransportError:
        return False


def is_closed(connection: socket.socket) -> bool:
    """Whether the server has closed it: read without waiting for more than a moment."""
    connection.settimeout(0.05)
    try:
        while connection.recv(1 << 16):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


GET = b"GET / HTTP/1.1\r\nHost: a\r\n"
BEGUN = {
    "nothing": (b"", b""),
    "half of a first line": (b"GE", b""),
    "headers that never end": (GET, b"X: y\r\n"),
    "a body that never ends": (GET.replace(b"GET", b"POST") + b"Content-Length: 1000000\r\n\r\n", b"a"),
    "a second request": (GET + b"\r\n" + GET, b"X: y\r\n"),
}


@pytest.mark.parametrize(("begin", "piece"), BEGUN.values(), ids=BEGUN.keys())
def test_a_request_that_does_not_come_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, begin: bytes, piece: bytes
) -> None:
    with bounded(monkeypatch) as client, connected(client) as slow:
        slow.sendall(begin)

        def closed_meanwhile() -> bool:
            with suppress(OSError):
                slow.sendall(piece)
            return is_closed(slow)

        until(closed_meanwhile, 60, "the end of the slow connection")
        until(lambda: answers(client), 60, "an answer to another client")


def test_headers_of_more_than_64_kib_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with bounded(monkeypatch, request_s=20.0) as client, connected(client) as large:  # a busy machine reads it in time
        with suppress(OSError):
            large.sendall(GET + b"X: y\r\n" * 100_000)
        assert large.recv(100).startswith(b"HTTP/1.1 400 ")
        until(lambda: answers(client), 60, "an answer to another client")


def test_an_answer_that_is_not_read_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    with bounded(monkeypatch, most=2) as client, connected(client) as deaf:
        deaf.sendall(GET.replace(b"/ ", b"/large ") + b"\r\n")
        deaf.recv(1)
        with connected(client):
            until(lambda: answers(client), 60, "room for another connection")


def test_a_slow_client_that_reads_gets_the_whole_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "ANSWER_BYTES", 1)
    with bounded(monkeypatch) as client, connected(client) as slow:
        slow.sendall(GET.replace(b"/ ", b"/large ") + b"Connection: close\r\n\r\n")
        read = 0
        while piece := slow.recv(1 << 20, socket.MSG_WAITALL):
            read += len(piece)
            time.sleep(0.05)  # 3 seconds for the whole: the client is slow
        assert read > LARGE


def test_more_connections_than_are_taken_are_refused_and_then_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    with bounded(monkeypatch, most=10, request_s=5.0) as client:  # the flood is there until the answer is
        flood = [connected(client) for _ in range(40)]
        found = client.get("/")
        assert (found.status_code, found.json()["code"]) == (503, "busy")
        assert found.headers["Retry-After"] == "1"
        until(lambda: answers(client), 60, "an answer after the flood")
        for each in flood:
            each.close()


def test_a_full_table_of_files_does_not_stop_it(stack: Stack) -> None:
    stack.sluice("migrate")
    command = [sys.executable, "-m", "sluice.cli.main", "serve", "--port", "0", "--json"]
    few = f"ulimit -n 200; exec {' '.join(command)}"
    with subprocess.Popen(
        ["sh", "-c", few], env=stack.env | TOKENS, cwd=stack.home, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdout is not None
            url = httpx.URL(json.loads(process.stdout.readline())["url"])
            resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (40, 200))
            with ExitStack() as flood:
                for _ in range(200):
                    try:
                        flood.enter_context(socket.create_connection((url.host, url.port or 80), timeout=5))
                    except TimeoutError:
                        break  # this kernel queues fewer of them: its queue is full, and so is the table of files
            resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (200, 200))

            def lists_runs() -> bool:
                try:
                    return httpx.get(url.join("/runs"), headers=BEARER, trust_env=False).status_code == 200
                except httpx.TransportError:
                    return False

            until(lists_runs, 120, "an answer after the flood")
            assert process.poll() is None
        finally:
            process.kill()
