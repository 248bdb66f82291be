"""A shop of its own for each test of builds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.in_process import InProcess
from tests.kit.ltv_shop import Shop


@pytest.fixture
def shop(engine: InProcess, tmp_path: Path) -> Shop:
    folder = tmp_path / "in"
    folder.mkdir()
    return Shop(engine, folder)
