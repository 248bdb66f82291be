"""Every test starts real servers in a folder of its own, and leaves no process behind."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sluice.embedded.binaries import find_postgres, find_redis
from sluice.errors import ConfigError
from tests.integration.embedded.homes import Home


@pytest.fixture(scope="session", autouse=True)
def binaries() -> None:
    """Without servers to run there is nothing to test; where everything is installed, that is a failure."""
    if sys.platform != "linux":
        pytest.skip("looks for left processes in /proc")
    try:
        find_postgres(Path("/nowhere"))
        find_redis()
    except ConfigError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


@pytest.fixture
def home() -> Iterator[Home]:
    folder = Path(tempfile.mkdtemp(prefix="sluice-home-"))
    folder.chmod(0o755)
    made = Home(folder / "a home")
    try:
        yield made
        made.clear()
    finally:
        shutil.rmtree(folder)
