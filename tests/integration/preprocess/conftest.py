"""A till of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.preprocess.till import Till
from tests.kit.in_process import InProcess


@pytest.fixture
def till(engine: InProcess, tmp_path: Path) -> Till:
    folder = tmp_path / "in"
    folder.mkdir()
    return Till(engine, folder)
