"""Redis as deploy/make-secrets sets it up: each service has a user of its own, which may do its work and no more."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from redis.exceptions import NoPermissionError

from tests.kit.ports import free_port
from tests.kit.stack import ROOT, Stack, until

SERVICES = ("worker", "sender", "flower")
NEVER = (
    "FLUSHALL",
    "CONFIG GET maxmemory",
    "KEYS *",
    "SCAN 0",
    "EVAL return 0",
    "FUNCTION LIST",
    "RANDOMKEY",
    "ACL LIST",
)


@dataclass
class Users:
    """A Redis with the users of compose, and the URL of each."""

    urls: dict[str, str]
    log: redis.Redis

    def client(self, service: str) -> redis.Redis:
        return redis.Redis.from_url(self.urls[service])

    def refused(self) -> list[str]:
        """What was refused to whom, since the last call."""
        entries = self.log.acl_log()
        self.log.acl_log_reset()
        found = {f"{each['username']}: {each['object']}" for each in entries}
        return sorted(each for each in found if "client|setinfo" not in each)  # the client's own name, since 7.2


@pytest.fixture
def users(tmp_path: Path) -> Iterator[Users]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not on PATH")
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    subprocess.run([tmp_path / "deploy/make-secrets"], check=True, capture_output=True, timeout=60)
    secrets = tmp_path / "secrets"
    with (secrets / "redis_acl").open("a") as rules:
        rules.write("user looker on nopass ~* &* +@all\n")
    port = free_port()
    words = [program, "--port", str(port), "--aclfile", str(secrets / "redis_acl"), "--save", "", "--maxmemory", "64mb"]
    words += ["--maxmemory-policy", "volatile-lru", "--dir", str(tmp_path)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    at = f"@127.0.0.1:{port}/"
    urls = {each: (secrets / f"{each}_redis_url").read_text().replace("@redis:6379/", at) for each in SERVICES}
    log = redis.Redis(port=port, username="looker", password="x")
    try:
        until(lambda: _answers(log), 60, "Redis")
        yield Users(urls, log)
    finally:
        process.terminate()
        process.wait(30)


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def of(users: Users, service: str) -> dict[str, str]:
    return {"REDIS_URL": users.urls[service], "SLUICE_CACHE_URL": users.urls[service]}


@pytest.mark.slow
def test_a_worker_a_sender_and_the_doctor_do_their_work_and_are_refused_nothing(
    stack: Stack, users: Users, tmp_path: Path
) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(
        "customer_id,call_cost,call_destination,call_date,call_duration\n1,$1.00,Nairobi,2024-01-01 10:00:00,00:01:00\n"
    )
    worker = stack.worker(**of(users, "worker")).wait_ready()
    run = stack.sluice("enqueue", "call_logs", str(path), **of(users, "sender"))["run"]
    assert stack.wait(run)["loaded"] == 1

    def states() -> list[str]:
        checks = stack.sluice("doctor", ok=False, **of(users, "worker"))["checks"]
        return [each["state"] for each in checks if each["check"] in ("Redis as broker", "Redis as cache", "workers")]

    until(lambda: states() == ["ok", "ok", "ok"], 120, "an answer of the worker in the seconds that `doctor` waits")
    worker.stop()
    assert users.refused() == ["sluice_worker: scan"]


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("command", NEVER)
def test_no_service_may_look_around_or_run_code(users: Users, service: str, command: str) -> None:
    words = command.split()
    with pytest.raises(NoPermissionError):
        users.client(service).execute_command(*words, *(["0"] if words[0] == "EVAL" else []))


@pytest.mark.parametrize("service", ["sender", "flower"])
def test_only_workers_read_and_write_frames(users: Users, service: str) -> None:
    client = users.client(service)
    for attempt in (lambda: client.get("sluice:frame:a"), lambda: client.set("sluice:frame:a", "x")):
        with pytest.raises(NoPermissionError):
            attempt()
    users.client("worker").set("sluice:frame:a", "x")
    assert users.client("worker").get("sluice:frame:a") == b"x"


@pytest.mark.slow
def test_flower_sees_workers_and_queues_nothing(stack: Stack, users: Users) -> None:
    with pytest.raises(NoPermissionError):
        users.client("flower").lpush("sluice.plan", "x")
    worker = stack.worker(**of(users, "worker")).wait_ready()
    users.refused()
    words = ["-A", "sluice.app", "inspect", "ping", "--timeout", "5", "--json"]
    env = os.environ | stack.env | of(users, "flower")

    def pong() -> bool:
        done = subprocess.run(
            [sys.executable, "-m", "celery", *words],
            check=False,
            env=env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return '"pong"' in done.stdout

    until(pong, 120, "an answer in the 5 s of `celery inspect`")
    worker.stop()
    assert users.refused() == []
