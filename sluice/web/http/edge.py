"""The edge of the API: each request gets an id, its token and its size are checked, and it leaves one line in the log.

It runs before the framework, so that a client without a token cannot learn the routes or have a body read.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sluice.web.http.problems import Problem, answer
from sluice.web.http.tokens import READ, WRITE, Tokens
from sluice.web.http.trace import HEADER, REQUEST_ID, request_id

log = logging.getLogger("sluice.web")
OPEN = frozenset({"/healthz", "/readyz", "/openapi.json"})
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Edge:
    """ASGI middleware around the whole API."""

    def __init__(self, app: ASGIApp, tokens: Tokens, body_bytes: int) -> None:
        self._app = app
        self._tokens = tokens
        self._body_bytes = body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        mark = REQUEST_ID.set(request_id(headers.get(HEADER)))
        sending = _Sending(send)
        started = time.perf_counter()
        try:
            await self._pass_on(scope, headers, receive, sending)
        finally:
            # neither the query nor a header: they may hold secrets
            path = _raw_path(scope).decode("ascii", "backslashreplace")
            took = (time.perf_counter() - started) * 1000
            log.info("%s %s %s %.1f ms", scope["method"], path, sending.status or "-", took)
            REQUEST_ID.reset(mark)

    async def _pass_on(self, scope: Scope, headers: Headers, receive: Receive, send: _Sending) -> None:
        try:
            _refuse_unreadable(scope)
            self._refuse_unauthenticated(scope, headers)
            self._refuse_large(headers)
            await self._app(scope, _Measured(receive, self._body_bytes), send)
        except Problem as problem:
            await answer(problem)(scope, receive, send)
        except Exception as error:
            # where it happened, without the error's words: they may hold values of rows
            where = "".join(traceback.format_tb(error.__traceback__)[-4:])
            log.error("%s in %s\n%s", type(error).__name__, scope["method"], where)  # noqa: TRY400
            if send.status is not None:
                raise
            defect = Problem(500, "internal_error", "The API has a defect here; its log has more on this request.")
            await answer(defect)(scope, receive, send)

    def _refuse_unauthenticated(self, scope: Scope, headers: Headers) -> None:
        if scope["path"] in OPEN:
            return
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise _unauthorized("Send a token: Authorization: Bearer TOKEN.", "")
        scopes = self._tokens.scopes_of(token.strip())
        if not scopes:
            raise _unauthorized("The token is not known here.", ', error="invalid_token"')
        needed = READ if scope["method"] in READING else WRITE
        if needed not in scopes:
            challenge = f'Bearer realm="sluice", error="insufficient_scope", scope="{needed}"'
            detail = f"This token may not {needed}."
            raise Problem(403, "insufficient_scope", detail, headers={"WWW-Authenticate": challenge})

    def _refuse_large(self, headers: Headers) -> None:
        length = headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > 18:
            raise Problem(400, "bad_request", "Content-Length must be a number.")
        if int(length) > self._body_bytes:
            raise _too_large(self._body_bytes)


class _Sending:
    """`send` that adds the headers of every answer, and knows which status went out."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers[HEADER] = REQUEST_ID.get()
            headers["Cache-Control"] = "no-store"
            headers["X-Content-Type-Options"] = "nosniff"
        await self._send(message)


class _Measured:
    """`receive` that stops at the size a body may have, also where no length was announced."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._read = 0

    async def __call__(self) -> MutableMapping[str, Any]:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read > self._most:
            raise _too_large(self._most)
        return message


def _too_large(most: int) -> Problem:
    return Problem(413, "too_large", f"The request has more than {most:,} bytes.", headers={"Connection": "close"})


def _unauthorized(detail: str, more: str) -> Problem:
    return Problem(401, "unauthorized", detail, headers={"WWW-Authenticate": f'Bearer realm="sluice"{more}'})


def _raw_path(scope: Scope) -> bytes:
    raw = scope.get("raw_path")
    return raw if isinstance(raw, bytes) else str(scope["path"]).encode()


def _refuse_unreadable(scope: Scope) -> None:
    """Path and query as they came: the server below replaces what is not UTF-8, and would then look up another path."""
    for part in (_raw_path(scope), scope["query_string"].replace(b"+", b" ")):
        whole = unquote_to_bytes(part)
        try:
            whole.decode("utf-8")
        except UnicodeDecodeError:
            raise Problem(400, "not_utf8", "Path and query must be UTF-8, percent-encoded.") from None
        if b"\0" in whole:
            raise Problem(400, "nul_byte", "Path and query must not contain a NUL.")
