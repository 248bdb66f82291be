"""A separate home for a demonstration: its own servers, settings and files; yours are not used."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sluice.embedded.folder import Folder
from sluice.errors import ConfigError
from sluice.private import private_folder

SERVERS = ("DATABASE_URL", "REDIS_URL", "DATABASE_URL_FILE", "REDIS_URL_FILE")
KEPT = ("SLUICE_EMBEDDED_", "SLUICE_REDIS_", "SLUICE_LOG_LEVEL")  # how servers run, not what they are used for
PATIENCE_S = 10.0


def fresh(home: Path) -> None:
    """Remove the data of an earlier demonstration in `home`. Raises ConfigError while one still runs there, and
    when it cannot be made."""
    until = time.monotonic() + PATIENCE_S  # the servers of one that has just ended take a moment to stop
    while Folder.of(home).keeper_lives():
        if time.monotonic() > until:
            raise ConfigError(f"A demonstration runs in {home} already: end it with Ctrl-C, then start this one.")
        time.sleep(0.1)
    try:
        if home.exists():
            shutil.rmtree(home)
        private_folder(home)
    except OSError as error:
        raise ConfigError(
            f"The demonstration wants {home} for itself, and cannot have it: {error.strerror}. Remove it, or set "
            "SLUICE_HOME to a folder you may write."
        ) from error


@contextmanager
def only_settings(wanted: Mapping[str, str]) -> Iterator[None]:
    """Inside, this process and its children have only these settings, and none of the environment."""
    from sluice.engine.base.settings import settings

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
