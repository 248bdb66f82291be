"""The engine with the pipeline call_logs."""

from __future__ import annotations

import pytest

from sluice.pipelines import find
from tests.kit.in_process import InProcess


@pytest.fixture
def calls(engine: InProcess) -> InProcess:
    engine.use(find("call_logs"))
    return engine
