"""The telephone company whose customers are forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.forget.company import Company
from tests.kit.in_process import InProcess


@pytest.fixture
def company(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company with its pipeline declared, and nothing loaded."""
    company = Company(engine, tmp_path, monkeypatch)
    company.declare()
    return company
