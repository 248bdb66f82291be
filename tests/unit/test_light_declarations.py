"""What it takes to know all pipelines: every command pays for it."""

from __future__ import annotations

import subprocess
import sys


def test_the_pipelines_are_declared_without_pandas_and_without_an_http_client() -> None:
    heavy = "{'pandas', 'httpx', 'scipy', 'jinja2', 'fastapi'}"
    code = f"import sys; from sluice.pipelines import all_pipelines; all_pipelines(); print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "set()"
