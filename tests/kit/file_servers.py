"""Servers of files in the process of a test: HTTP and SFTP, each on a port that the system chooses."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import paramiko


@dataclass
class WebFiles:
    """Files by their path. `changing` are given another content after each request; `cut` end early."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    changing: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)


@contextmanager
def web_files() -> Iterator[WebFiles]:
    """An HTTP server without ranges, with an ETag for each content."""
    served = WebFiles()

    class Answer(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def log_message(self, *_: Any) -> None: ...

        def _answer(self, *, body: bool) -> None:
            data = served.files.get(self.path)
            self.send_response(404 if data is None else 200)
            self.send_header("Content-Length", str(len(data or b"")))
            self.send_header("ETag", hashlib.sha256(data or b"").hexdigest())
            self.end_headers()
            if body and data is not None:
                self.wfile.write(data[: len(data) // 2] if self.path in served.cut else data)
                if self.path in served.changing:
                    served.files[self.path] = data.replace(b"Ann", b"Bob")
            self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    served.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Login(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        right = (username, password) == ("ann", "secret")
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED  # type: ignore[attr-defined, no-any-return]

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002
        return paramiko.OPEN_SUCCEEDED  # type: ignore[attr-defined, no-any-return]


@contextmanager
def sftp_files(folder: Path, known_hosts: Path | None = None) -> Iterator[str]:
    """An SFTP server for the files of a folder; the user `ann` has the password `secret`. Its key goes into a file of
    known hosts."""

    class Served(paramiko.SFTPServerInterface):
        def _path(self, path: str) -> str:
            return str(folder / path.lstrip("/"))

        def stat(self, path: str) -> Any:
            try:
                return paramiko.SFTPAttributes.from_stat(Path(self._path(path)).stat())
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno or 0)

        lstat = stat

        def open(self, path: str, flags: int, attr: Any) -> Any:  # noqa: ARG002
            opened = paramiko.SFTPHandle(flags)
            opened.readfile = Path(self._path(path)).open("rb")  # type: ignore[attr-defined] # noqa: SIM115
            opened.stat = lambda: self.stat(path)  # type: ignore[method-assign]
            return opened

    listening = socket.create_server(("127.0.0.1", 0))
    key = paramiko.ECDSAKey.generate()
    transports: list[paramiko.Transport] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transports.append(transport)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Served)
            transport.start_server(server=_Login(), event=threading.Event())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    if known_hosts is not None:
        port = listening.getsockname()[1]
        known_hosts.write_text(f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}\n")
    try:
        yield f"sftp://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for transport in transports:
            transport.close()
        thread.join()
