from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.in_process import InProcess
from tests.kit.unified_files import Market


@pytest.fixture
def market(engine: InProcess, tmp_path: Path) -> Market:
    return Market(engine, tmp_path)
