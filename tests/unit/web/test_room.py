"""The room of the API: nobody else needs its libraries."""

from __future__ import annotations

import subprocess
import sys


def test_the_command_line_and_the_engine_start_without_fastapi() -> None:
    code = "import sys, sluice.cli.main, sluice.engine.ledger.runs; print({'fastapi', 'uvicorn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=240, check=True)
    assert done.stdout.strip() == "set()"
