"""What a server sends is bounded in bytes and in time, whatever it sends and however slowly."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from sluice import Cursor
from sluice.engine.sources.http.page import Form, read_page
from sluice.errors import DataError, TransientError
from tests.integration.remote.reading import PATH, declared, rows_of
from tests.kit.api_server import Answer, ApiServer, Asked, saying

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
MIB = 1 << 20


@contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that reads a request's first bytes and then says what `talk` sends, on each connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def one(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(4096)
            talk(connection)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=one, args=[listener.accept()[0]], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    with listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def refused(monkeypatch: pytest.MonkeyPatch, url: str, **how: float) -> DataError:
    """The refusal of a fetch of that address."""
    monkeypatch.setenv("SHOP_URL", url)
    monkeypatch.setenv("SHOP_TOKEN", "made-up")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(DataError) as caught:
        rows_of(declared(**how))
    return caught.value


def endlessly(begin: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        connection.sendall(begin)
        while True:
            connection.sendall(piece)

    return talk


def slowly(begin: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        connection.sendall(begin)
        while True:
            connection.sendall(piece)
            time.sleep(0.05)

    return talk


HEADERS = {
    "many header fields": endlessly(OK, b"X-A: b\r\n" * 1000),
    "a header field without end": endlessly(OK + b"X-A: ", b"a" * 5000),
    "a first line without end": endlessly(b"HTTP/1.1 200 ", b"O" * 5000),
    "responses before the response": endlessly(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100),
}


@pytest.mark.parametrize("talk", HEADERS.values(), ids=HEADERS.keys())
def test_headers_without_end_are_refused(
    talk: Callable[[socket.socket], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with raw_server(talk) as url:
        error = refused(monkeypatch, url)
    assert error.code == "too_large"
    assert "the headers of a response have more than 65,536 bytes" in error.reason


def test_two_thousand_header_fields_are_refused_and_two_hundred_are_not(api: ApiServer) -> None:
    api.answers(PATH, Answer(b"[]", headers={f"X-{n}": "a" for n in range(200)}))
    assert rows_of(declared()) == []
    api.answers(PATH, Answer(b"[]", headers={f"X-{n}": "a" for n in range(2000)}))
    with pytest.raises(DataError, match=r"has 2,00\d header fields, at most 256 are read") as caught:
        rows_of(declared())
    assert caught.value.code == "too_large"


SLOW = {
    "a first line": slowly(b"HTTP/1.1 200 ", b"O"),
    "header fields": slowly(OK, b"X: y\r\n"),
    "responses before the response": slowly(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body": slowly(OK + b"\r\n[", b" "),
    "chunks": slowly(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "a packed body": slowly(OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"")),
}


@pytest.mark.parametrize("talk", SLOW.values(), ids=SLOW.keys())
def test_slow_bytes_end_with_the_time_of_the_fetch(
    talk: Callable[[socket.socket], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with raw_server(talk) as url:
        error = refused(monkeypatch, url, total_s=1, timeout_s=5)
    assert (error.code, error.reason[:60]) == (
        "too_slow", "customers: the fetch takes longer than total_s=1 seconds. No",
    )  # fmt: skip


def test_a_slow_handshake_ends_with_the_time_of_one_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    record = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"  # a ServerHello of 16 KiB, byte by byte
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("SHOP_TOKEN", "made-up")
    began = time.monotonic()
    with raw_server(slowly(record, b"\0")) as url:
        monkeypatch.setenv("SHOP_URL", url.replace("http:", "https:"))
        with pytest.raises(TransientError, match="customers: https://127"):
            rows_of(declared(timeout_s=1, tries=1))
    assert time.monotonic() - began < 120  # byte by byte it would be 13 minutes


BODIES = {
    "plain": endlessly(OK + b"\r\n[", b" " * 10_000),
    "chunks": endlessly(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 1000),
    "packed to nothing": endlessly(OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 1000),
}


@pytest.mark.parametrize("talk", BODIES.values(), ids=BODIES.keys())
def test_bodies_without_end_are_refused(talk: Callable[[socket.socket], None], monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(talk) as url:
        error = refused(monkeypatch, url, max_bytes=200_000)
    assert error.code == "too_large"
    assert "more than max_bytes=200,000 bytes" in error.reason


def test_a_packed_body_is_bounded_by_its_ratio_whatever_the_bytes_that_are_allowed(api: ApiServer) -> None:
    bomb = gzip.compress(b"[" + b"{}," * (100 * MIB // 3) + b"{}]")
    api.answers(PATH, Answer(bomb, headers={"Content-Encoding": "gzip"}))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="over 200 times their size") as caught:
            rows_of(declared(max_bytes=1 << 30))
        assert tracemalloc.get_traced_memory()[1] < 80 * MIB
    finally:
        tracemalloc.stop()
    assert caught.value.code == "too_compressed"


@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip,gzip,gzip", "identity, gzip", "deflate", "zstd", "gzip, br"])
def test_nested_and_other_encodings_are_refused(api: ApiServer, coding: str) -> None:
    body = gzip.compress(gzip.compress(b"[]"))
    api.answers(PATH, Answer(body, headers={"Content-Encoding": coding}))
    with pytest.raises(DataError, match="only gzip was requested") as caught:
        rows_of(declared())
    assert caught.value.code == "bad_encoding"
    assert len(api.asked) == 1


def test_redirects_without_end_are_refused(api: ApiServer) -> None:
    def further(asked: Asked) -> Answer:
        step = int(asked.query.get("step", "0")) + 1
        return Answer(status=302, headers={"Location": f"{PATH}?step={step}"})

    api.answers(PATH, further)
    with pytest.raises(DataError, match="redirects too many times") as caught:
        rows_of(declared())
    assert (caught.value.code, len(api.asked)) == ("http_status", 6)


def test_short_records_take_little_memory() -> None:
    text = "[" + "{}," * 199_999 + "{}]"
    tracemalloc.start()
    try:
        page = read_page(text, Form(), lines=False)
        assert tracemalloc.get_traced_memory()[1] < 6 * MIB
    finally:
        tracemalloc.stop()
    assert len(page.spans) == 200_000
    assert b"".join(page.lines()) == b"{}\n" * 200_000


def test_pages_are_fetched_up_to_a_number(api: ApiServer) -> None:
    def script(asked: Asked) -> Answer:
        return saying({"data": [], "next": f"{asked.query.get('cursor', '')}x"})

    api.answers(PATH, script)
    with pytest.raises(DataError, match="more than max_pages=20 pages") as caught:
        rows_of(declared(records="data", pages=Cursor(next="next"), max_pages=20))
    assert caught.value.code == "too_many_pages"
