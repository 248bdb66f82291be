"""The calls whose rows expire."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.expire.calls import Calls
from tests.kit.in_process import InProcess


@pytest.fixture
def calls(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """The calls, with nothing declared or loaded."""
    return Calls(engine, tmp_path, monkeypatch)
