"""A process with chosen settings only, for commands that use servers and folders of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sluice.engine.base.settings import settings

SERVERS = ("DATABASE_URL", "REDIS_URL", "DATABASE_URL_FILE", "REDIS_URL_FILE")
KEPT = ("SLUICE_EMBEDDED_", "SLUICE_REDIS_", "SLUICE_LOG_LEVEL")  # how servers run, not what they are used for


@contextmanager
def only_settings(wanted: Mapping[str, str]) -> Iterator[None]:
    """Inside, this process and its children have only these settings, and none of the environment."""
    before = dict(os.environ)
    for name in before:
        if name in SERVERS or (name.startswith("SLUICE_") and not name.startswith(KEPT)):
            del os.environ[name]
    os.environ.update(wanted)
    settings.cache_clear()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()
