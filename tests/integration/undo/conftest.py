"""The shop whose runs are undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.undo.shop import UndoShop
from tests.kit.in_process import InProcess


@pytest.fixture
def shop(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UndoShop:
    """A shop without a declaration yet."""
    return UndoShop(engine, tmp_path, monkeypatch)
