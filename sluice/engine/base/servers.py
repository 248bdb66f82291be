"""Which PostgreSQL and which Redis this process uses: those of the settings, otherwise the embedded ones."""

from __future__ import annotations

import os
import sys
from urllib.parse import urlsplit, urlunsplit

from sluice.embedded import attach
from sluice.engine.base.settings import settings

CACHE_DB = 1


def _announce(sentence: str) -> None:
    if not os.environ.get("SLUICE_EMBEDDED_QUIET"):
        print(sentence, file=sys.stderr, flush=True)  # standard output belongs to --json


def urls() -> tuple[str, str]:
    """(database URL, Redis URL) with their passwords: never print them.

    Calling it again is cheap, and restarts embedded servers (at the same URLs) whose keeper was killed.
    """
    chosen = settings()
    if chosen.database_url is not None and chosen.redis_url is not None:
        return chosen.database_url.get_secret_value(), chosen.redis_url.get_secret_value()
    servers = attach(chosen.home.absolute(), announce=_announce)
    return servers.database_url, servers.redis_url


def database_url() -> str:
    """PostgreSQL's URL."""
    return urls()[0]


def broker_url() -> str:
    """The Redis URL that Celery uses."""
    return urls()[1]


def cache_url() -> str:
    """The Redis URL for frames: db 1 of the broker's server unless set otherwise."""
    chosen = settings().cache_url
    if chosen is not None:
        return chosen.get_secret_value()
    return urlunsplit(urlsplit(broker_url())._replace(path=f"/{CACHE_DB}"))


def is_embedded() -> bool:
    """Whether this process uses the embedded servers."""
    return settings().database_url is None
