"""The API follows the files of pipelines: when what they serve changes, it is made anew, without a restart.

The framework knows routes from the start on, so another API is made, which has the new ones and shares the connections.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

from sluice.engine.declare.served import Served
from sluice.errors import ConfigError
from sluice.web.tables.served import AllServed

log = logging.getLogger("sluice.web")
LOOK_EVERY_S = 1.0


class Newest:
    """The API with what is served now: None as long as that is what was served at the start.

    A thread looks, and no request: to read a pipeline's file is to execute it.
    """

    def __init__(self, served: AllServed, make: Callable[[Sequence[Served]], ASGIApp]) -> None:
        self._served = served
        self._make = make
        self._said = ""
        self.app: ASGIApp | None = None

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Looks once a second as long as the block lasts."""
        stop = threading.Event()
        threading.Thread(target=self._follow, args=(stop,), name="declarations", daemon=True).start()
        try:
            yield
        finally:
            stop.set()

    def _follow(self, stop: threading.Event) -> None:
        while not stop.wait(LOOK_EVERY_S):
            try:
                self._look()
                self._said = ""
            except ConfigError as error:
                if str(error) != self._said:
                    log.warning("what is served stays as it was: %s", error)
                self._said = str(error)
            except Exception:  # this thread must not end, and what is served goes on
                log.exception("what is served stays as it was")

    def _look(self) -> None:
        found = self._served.look()
        if found is not None:
            self.app = self._make(found)
            log.info("declarations were changed: %s routes are served", len(found))


class ToNewest:
    """ASGI middleware around the API that was made at the start: requests go to the newest one."""

    def __init__(self, app: ASGIApp, newest: Newest) -> None:
        self._app = app
        self._newest = newest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        newer = self._newest.app if scope["type"] == "http" else None
        await (newer or self._app)(scope, receive, send)
