"""Flower as its users open it: with a password, showing each task of the chain by name and state."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit.ports import free_port
from tests.kit.stack import ROOT, Stack, until

PASSWORD = "open-sesame"


def _get(url: str, password: str | None) -> tuple[int, Any]:
    request = urllib.request.Request(url)
    if password is not None:
        token = base64.b64encode(f"sluice:{password}".encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code, None
    except OSError:
        return 0, None


def _status(url: str, password: str | None, body: bytes | None = None) -> int:
    request = urllib.request.Request(url, data=body)
    if password is not None:
        token = base64.b64encode(f"sluice:{password}".encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


@pytest.fixture
def flower(stack: Stack) -> Iterator[str]:
    port = free_port()
    env = stack.env | {"SLUICE_FLOWER_PASSWORD": PASSWORD, "SLUICE_FLOWER_PORT": str(port)}
    command = [sys.executable, "-m", "celery", "-A", "sluice.app", "flower"]
    with (stack.home / "flower.log").open("wb") as log:
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _get(f"{url}/api/tasks", PASSWORD)[0] == 200, 120, "Flower")
        arguments = Path(f"/proc/{process.pid}/cmdline").read_text()
        assert PASSWORD not in arguments
        yield url
    finally:
        process.terminate()
        process.wait(120)


def test_flower_shows_the_chain_by_name_and_state_and_only_with_the_password(
    stack: Stack, flower: str, tmp_path: Path
) -> None:
    assert _get(f"{flower}/api/tasks", None)[0] == 401
    assert _get(f"{flower}/api/tasks", "wrong")[0] == 401
    for page in ("metrics", "healthcheck"):
        assert _status(f"{flower}/{page}", None) == 401
        assert _status(f"{flower}/{page}", PASSWORD) == 200
    worker = stack.worker().wait_ready()
    until(lambda: _get(f"{flower}/api/workers?refresh=1", PASSWORD)[1], 120, "the worker in Flower")
    path = tmp_path / "calls.csv"
    path.write_text(
        "customer_id,call_cost,call_destination,call_date,call_duration\n1,$1.00,Nairobi,2024-01-01 10:00:00,00:01:00\n"
    )

    stack.sluice("run", "call_logs", str(path))

    def seen() -> dict[str, str]:
        tasks = _get(f"{flower}/api/tasks", PASSWORD)[1] or {}
        return {task["name"]: task["state"] for task in tasks.values()}

    names = ["sluice.plan", "sluice.extract", "sluice.transform", "sluice.load", "sluice.settle"]
    until(lambda: all(seen().get(name) == "SUCCESS" for name in names), 120, f"the chain in Flower: {seen()}")
    for command in ("worker/shutdown/w", "worker/pool/shrink/w?n=9", "task/apply/sluice.dispatch", "task/revoke/x"):
        assert _status(f"{flower}/api/{command}", PASSWORD, b"") == 403
    assert "Nairobi" not in json.dumps(_get(f"{flower}/api/tasks", PASSWORD)[1])
    worker.stop()
