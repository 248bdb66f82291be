"""A separate home for a demonstration; yours is not used."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from sluice.embedded.folder import Folder
from sluice.errors import ConfigError
from sluice.private import private_folder

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
