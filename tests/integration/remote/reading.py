"""What the tests of HttpApi share: an API with a token, and a fetch to its end."""

from __future__ import annotations

import json
from typing import Any

from sluice import HttpApi
from sluice.engine.sources.http.pages import Fetched, read_http

TOKEN = "made-up-token-4711"
PATH = "/customers"


def declared(**said: Any) -> HttpApi:
    """A source whose address and token are settings, and that does not wait for long."""
    return HttpApi(**({"url": PATH, "name": "customers", "base": "SHOP_URL", "token": "SHOP_TOKEN"} | said))


def fetch(source: HttpApi, known: dict[str, str] | None = None) -> Fetched:
    """A fetch whose beat does nothing."""
    return read_http(source, known=known or {}, beat=lambda: None)


def text_of(source: HttpApi) -> str:
    """All lines of a source."""
    return b"".join(fetch(source).lines).decode()


def rows_of(source: HttpApi) -> list[Any]:
    """All records of a source."""
    return [json.loads(line) for line in text_of(source).splitlines()]
