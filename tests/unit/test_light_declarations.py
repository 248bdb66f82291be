"""What it takes to know all pipelines: every command pays for it."""

from __future__ import annotations

import subprocess
import sys


def test_the_pipelines_are_declared_without_pandas_and_without_an_http_client() -> None:
    heavy = "{'pandas', 'httpx', 'scipy', 'jinja2', 'fastapi'}"
    code = f"import sys; from sluice.pipelines import all_pipelines; all_pipelines(); print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "set()"


def test_a_script_that_queues_files_imports_pandas_and_celery_with_its_first_call_only() -> None:
    code = "import sys; from sluice import enqueue, enqueue_async, runs; print({'pandas', 'celery'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "set()\n"
