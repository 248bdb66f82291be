"""An object store that is away, busy, silent or refuses: what is raised, how soon, and that no secret is in it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from s3fs import S3FileSystem

from sluice.engine.sources.files.resolve import resolve
from sluice.engine.storage import client, exists, listed, open_input, put, read_range, stamp
from sluice.errors import NotHere, SluiceError, TransientError
from tests.kit.object_store import KEYS
from tests.kit.ports import free_port

URI = "s3://bucket/a.csv"


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    S3FileSystem.clear_instance_cache()
    yield
    S3FileSystem.clear_instance_cache()


@contextmanager
def answering(status: int, code: str) -> Iterator[str]:
    """The address of a store that answers everything like that."""

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = f"<Error><Code>{code}</Code><Message>So it is.</Message></Error>".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else body)

        do_GET = do_HEAD = do_PUT = do_DELETE = answer  # noqa: N815 - the library's own names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def raised_by_each(tmp_path: Path) -> Iterator[SluiceError]:
    local = tmp_path / "local"
    local.write_bytes(b"x")
    for ask in (
        lambda: open_input(URI),
        lambda: read_range(URI, 0, 1),
        lambda: stamp(URI),
        lambda: exists(URI),
        lambda: list(listed("s3://bucket/")),
        lambda: put(local, URI),
    ):
        with pytest.raises(SluiceError) as raised:
            ask()
        assert raised.value.__cause__ is not None
        assert KEYS["AWS_ACCESS_KEY_ID"] not in str(raised.value)
        assert KEYS["AWS_SECRET_ACCESS_KEY"] not in str(raised.value)
        yield raised.value
    assert local.exists()


def test_a_store_that_is_down_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    started = time.monotonic()
    for error in raised_by_each(tmp_path):
        assert type(error) is TransientError
        assert "Could not connect" in str(error)
    assert time.monotonic() - started < 90
    with pytest.raises(TransientError):
        resolve([URI], ["*.csv"])


def test_a_store_that_swallows_everything_is_given_up_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "READ_S", 1)
    with socket.create_server(("127.0.0.1", 0), backlog=50) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        started = time.monotonic()
        with pytest.raises(TransientError, match="Read timeout"):
            open_input(URI)
    assert time.monotonic() - started < 4 * 1 + 40  # as many attempts as with 15 s, which makes a minute


@pytest.mark.parametrize(("status", "code"), [(503, "SlowDown"), (500, "InternalError"), (502, ""), (429, "Slow")])
@pytest.mark.slow
def test_a_store_that_is_busy_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, code: str
) -> None:
    with answering(status, code) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        assert {type(error) for error in raised_by_each(tmp_path)} == {TransientError}


def test_what_is_forbidden_is_not_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(403, "AccessDenied") as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        for error in raised_by_each(tmp_path):
            assert isinstance(error, NotHere)
            assert "permission denied" in str(error)


def test_without_credentials_it_is_said_where_they_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS.keys() & {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with answering(403, "AccessDenied") as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        for error in raised_by_each(tmp_path):
            assert isinstance(error, NotHere)
            assert "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE or an instance's role" in str(error)
