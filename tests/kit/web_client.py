"""The API on a real port of this machine, in a thread of the test's process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn

from tests.kit.stack import until


@contextmanager
def serving(app: Any, token: str | None = None, **config: Any) -> Iterator[httpx.Client]:
    """A client of `app`, with a token or without one, as long as the block lasts; `config` is uvicorn's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, server_header=False, **config))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            until(lambda: server.started, 20, "the server")
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            with httpx.Client(base_url=url, headers=headers, timeout=240, trust_env=False) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(20)
