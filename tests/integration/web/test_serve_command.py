"""`sluice serve` as a process: it says where it is, answers, and ends when it is told to."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.kit.stack import Stack

TOKENS = {"SLUICE_API_READ_TOKENS": "a-token-that-reads", "SLUICE_API_WRITE_TOKENS": "a-token-that-writes"}
BEARER = {"Authorization": "Bearer a-token-that-reads"}


@contextmanager
def running(stack: Stack) -> Iterator[tuple[Any, httpx.Client]]:
    """The process, and a client that may read."""
    command = [sys.executable, "-m", "sluice.cli.main", "serve", "--port", "0", "--json"]
    with subprocess.Popen(
        command, env=TOKENS | stack.env, cwd=stack.home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            url = str(json.loads(process.stdout.readline())["url"])
            with httpx.Client(base_url=url, headers=BEARER, timeout=240, trust_env=False) as client:
                yield process, client
        finally:
            process.kill()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_answers_until_it_is_told_to_stop(stack: Stack, number: signal.Signals, code: int) -> None:
    stack.sluice("migrate")
    with running(stack) as (process, ask):
        assert ask.get("/readyz").json() == {"ready": True}
        found = ask.get("/runs?pipeline=private", headers={"X-Request-Id": "mine-1"})
        assert found.json() == {"items": [], "next": None}
        process.send_signal(number)
        _, said = process.communicate(timeout=240)
    assert process.returncode == code
    assert "INFO [mine-1] sluice.web: GET /runs 200 " in said
    assert "private" not in said
    assert "a-token" not in said
    assert "Traceback" not in said


def test_a_ledger_that_is_not_there_is_said_and_not_guessed(stack: Stack) -> None:
    with running(stack) as (_, ask):
        ready, runs = ask.get("/readyz"), ask.get("/runs")
    assert (ready.status_code, ready.json()["code"]) == (503, "not_ready")
    assert (runs.status_code, runs.json()["code"]) == (503, "not_built")


def test_without_a_token_it_does_not_start_and_says_what_to_type(stack: Stack) -> None:
    found = stack.sluice("serve", "--port", "0", ok=False)
    assert found["exit_code"] == 2
    assert 'export SLUICE_API_READ_TOKENS="$(openssl rand -hex 24)"' in found["error"]["message"]


def test_a_weak_token_is_refused_and_not_shown(stack: Stack) -> None:
    found = stack.sluice("serve", "--port", "0", ok=False, SLUICE_API_READ_TOKENS="good-enough-token-1 hunter2")
    assert found["exit_code"] == 2
    assert "shorter than 16" in found["error"]["message"]
    assert "hunter2" not in found["error"]["message"]


def test_a_port_that_is_taken_is_named(stack: Stack) -> None:
    with running(stack) as (_, ask):
        port = str(ask.base_url.port)
        found = stack.sluice("serve", "--port", port, ok=False, **TOKENS)
    assert found["exit_code"] == 2
    assert f"port {port}" in found["error"]["message"]
