"""The engine with the pipeline call_logs, where each first load into an empty table is a bulk load."""

from __future__ import annotations

import pytest

from sluice.pipelines import find
from tests.kit.in_process import InProcess


@pytest.fixture
def calls(engine: InProcess, monkeypatch: pytest.MonkeyPatch) -> InProcess:
    monkeypatch.setenv("SLUICE_BULK_ROWS", "1")
    engine.forget()
    engine.use(find("call_logs"))
    return engine
