"""The request id of log lines and problems."""

from __future__ import annotations

import logging
import re
import secrets
from contextvars import ContextVar

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="-")
HEADER = "X-Request-Id"
_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def request_id(given: str | None) -> str:
    """The id that the caller gave, if it can be logged; else a new one of 16 hex digits."""
    return given if given is not None and _SANE.fullmatch(given) else secrets.token_hex(8)


class WithRequestId(logging.Filter):
    """Gives each record the id of the request that it was written for, `-` outside of one."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = REQUEST_ID.get()
        return True
