"""The proxy of the fault tests, between a client and a server that echoes in capitals."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.kit.ports import free_port
from tests.kit.tcp_proxy import TcpProxy


class Echo:
    """Answers each chunk in capitals and keeps what it heard; `heard_end` counts closed connections."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.heard = b""
        self.heard_end = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                while chunk := connection.recv(65_536):
                    self.heard += chunk
                    connection.sendall(chunk.upper())
            except OSError:
                pass  # cut off: that is the point of these tests
        self.heard_end += 1


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.005)


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.listener.shutdown(socket.SHUT_RDWR)
    server.listener.close()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[TcpProxy]:
    with TcpProxy("127.0.0.1", echo.port) as proxy:
        yield proxy


@pytest.fixture
def client(proxy: TcpProxy) -> Iterator[socket.socket]:
    with connect(proxy) as client:
        assert say(client, b"hello") == b"HELLO"
        yield client


def connect(proxy: TcpProxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=10)


def say(client: socket.socket, words: bytes) -> bytes:
    client.sendall(words)
    return client.recv(65_536)


def is_cut(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionError:
        return True


def test_bytes_pass_both_ways_whatever_their_size(client: socket.socket) -> None:
    sent = bytes(range(97, 123)) * 40_000
    writer = threading.Thread(target=client.sendall, args=(sent,))
    writer.start()
    got = b""
    while len(got) < len(sent):
        got += client.recv(65_536)
    writer.join()
    assert got == sent.upper()


def test_a_cut_closes_what_is_open_and_lets_new_ones_in(proxy: TcpProxy, client: socket.socket, echo: Echo) -> None:
    proxy.cut()
    assert is_cut(client)
    until(lambda: echo.heard_end == 1)
    with connect(proxy) as again:
        assert say(again, b"back") == b"BACK"


def test_refusing_closes_new_connections_only(proxy: TcpProxy, client: socket.socket) -> None:
    proxy.refuse(True)
    with connect(proxy) as refused:
        assert is_cut(refused)
    assert say(client, b"still here") == b"STILL HERE"
    proxy.refuse(False)
    with connect(proxy) as again:
        assert say(again, b"back") == b"BACK"


def test_a_black_hole_swallows_bytes_and_keeps_connections(proxy: TcpProxy, client: socket.socket, echo: Echo) -> None:
    proxy.blackhole(True)
    client.settimeout(0.1)
    with pytest.raises(TimeoutError):
        say(client, b"lost")
    proxy.blackhole(False)
    client.settimeout(10)
    assert say(client, b"found") == b"FOUND"
    assert echo.heard == b"hellofound"


def test_in_a_black_hole_the_server_does_not_learn_that_the_client_is_gone(
    proxy: TcpProxy, client: socket.socket, echo: Echo
) -> None:
    proxy.blackhole(True)
    client.close()
    with connect(proxy) as other:  # a way to wait that does not depend on time: the proxy is alive
        other.settimeout(0.1)
        with pytest.raises(TimeoutError):
            say(other, b"lost")
        assert echo.heard_end == 0
        proxy.blackhole(False)
        until(lambda: echo.heard_end == 1)


def test_a_delay_holds_every_chunk(proxy: TcpProxy, client: socket.socket) -> None:
    proxy.delay(0.1)
    started = time.monotonic()
    assert say(client, b"slow") == b"SLOW"
    assert time.monotonic() - started >= 0.2
    proxy.delay(0)
    assert say(client, b"fast") == b"FAST"


def test_a_cut_before_the_pattern_keeps_it_from_the_server(proxy: TcpProxy, client: socket.socket, echo: Echo) -> None:
    proxy.cut_when(b"COMMIT", before=True)
    client.sendall(b"Q COMMIT;")
    assert is_cut(client)
    assert proxy.was_cut.wait(10)
    until(lambda: echo.heard_end == 1)
    assert echo.heard == b"hello"


def test_a_cut_after_the_pattern_lets_it_through_and_keeps_the_answer(
    proxy: TcpProxy, client: socket.socket, echo: Echo
) -> None:
    proxy.cut_when(b"COMMIT", before=False)
    client.sendall(b"Q COMMIT;")
    assert is_cut(client)
    until(lambda: echo.heard_end == 1)
    assert echo.heard == b"helloQ COMMIT;"


def test_the_pattern_is_found_across_chunks_and_cuts_once(proxy: TcpProxy, client: socket.socket, echo: Echo) -> None:
    proxy.cut_when(b"COMMIT", before=True)
    assert say(client, b"COM") == b"COM"
    client.sendall(b"MIT")
    assert is_cut(client)
    with connect(proxy) as again:
        assert say(again, b"COMMIT") == b"COMMIT"


def test_only_the_connection_that_says_it_is_cut(proxy: TcpProxy, client: socket.socket) -> None:
    proxy.cut_when(b"COMMIT", before=True)
    with connect(proxy) as other:
        other.sendall(b"COMMIT")
        assert is_cut(other)
    assert say(client, b"untouched") == b"UNTOUCHED"


def test_an_empty_pattern_is_a_mistake(proxy: TcpProxy) -> None:
    with pytest.raises(ValueError, match="every chunk"):
        proxy.cut_when(b"", before=True)


def test_a_server_that_is_away_closes_the_client() -> None:
    with TcpProxy("127.0.0.1", free_port()) as proxy, connect(proxy) as client:
        assert is_cut(client)


def test_leaving_ends_every_thread_and_connection(echo: Echo) -> None:
    with TcpProxy("127.0.0.1", echo.port) as proxy:
        client = connect(proxy)
        assert say(client, b"hello") == b"HELLO"
        proxy.blackhole(True)
    assert is_cut(client)
    client.close()
    assert [thread for thread in threading.enumerate() if thread.name == "tcp-proxy"] == []
