"""Passwords, tokens and phone numbers are planted, and everything that can be read afterwards is searched for them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from tests.integration.web.test_serve_command import running
from tests.kit.stack import Stack

OF_DATABASE, OF_REDIS, OF_FLOWER = "planted-database-4711", "planted-redis-4712", "planted-flower-4713"
READS, WRITES, OF_API = "planted-token-reads-4714", "planted-token-writes-4715", "planted-api-token-4716"
GOOD, BAD, RAISED = "0712345987", "07123459861234", "0712345985"  # loaded, refused by its type, met by code that raises
DIGITS = ["712345987", "7123459861", "712345985"]
PIPELINE = """
from sluice import Column, Files, HttpApi, Flow, Integer, Phone, Pipeline, Table

def refuse(rows):
    if (rows["id"] == "13").any():
        raise ValueError(f"unexpected phones {list(rows['phone'])}")
    return rows

people = Table("people", key=("id",), columns=[Column("id", Integer(), required=True), Column("phone", Phone("KE"))])
pipeline = Pipeline("people", Files("people*.csv"), people, transform=refuse)
"""


@pytest.fixture
def planted(stack: Stack) -> Iterator[Stack]:
    """The stack, entered by a role and a Redis user whose passwords are planted, with a pipeline of one's own."""
    role = f"planted_{os.getpid()}"
    stack.sql(f"create role {role} superuser login password '{OF_DATABASE}'")
    stack.redis().execute_command("ACL", "SETUSER", role, "on", f">{OF_REDIS}", "~*", "&*", "+@all")
    folder = stack.home / "pipelines"
    folder.mkdir()
    (folder / "people.py").write_text(PIPELINE)
    stack.env |= {
        "DATABASE_URL": _as(stack.database_url, role, OF_DATABASE),
        "REDIS_URL": _as(stack.redis_url, role, OF_REDIS),
        "SLUICE_CACHE_URL": _as(stack.cache_url, role, OF_REDIS),
        "SLUICE_FLOWER_PASSWORD": OF_FLOWER,
        "SLUICE_API_READ_TOKENS": READS,
        "SLUICE_API_WRITE_TOKENS": WRITES,
        "SLUICE_SHOP_API_TOKEN": OF_API,
        "SLUICE_PIPELINES": str(folder),
    }
    yield stack
    stack.close()
    stack.redis().execute_command("ACL", "DELUSER", role)
    with psycopg2.connect(stack.database_url) as connection, connection.cursor() as cursor:
        cursor.execute(f"reassign owned by {role} to current_user; drop owned by {role}; drop role {role}")
    connection.close()


def _as(url: str, user: str, password: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{host}"))


def _said(stack: Stack, *words: str, **env: str) -> str:
    """Everything that a command writes, for people."""
    done = subprocess.run(
        [sys.executable, "-m", "sluice.cli.main", *words],
        env=stack.env | env, cwd=stack.home, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def _ledger(stack: Stack) -> str:
    """Every row of the ledger, but what is wanted there: the key of frames is no secret of these."""
    tables = stack.sql("select table_name from information_schema.tables where table_schema = 'sluice'")
    rows = [stack.sql(f'select t::text from sluice."{name}" t') for (name,) in tables]
    return "\n".join(str(row) for each in rows for row in each)


def _broker(stack: Stack) -> str:
    """Every key of the broker with its value, and the names of the cache's keys."""
    broker, found = stack.redis(), []
    for key in broker.scan_iter("*"):
        read = {b"list": lambda k: broker.lrange(k, 0, -1), b"hash": broker.hgetall, b"set": broker.smembers,
                b"zset": lambda k: broker.zrange(k, 0, -1)}.get(broker.type(key), broker.get)  # fmt: skip
        found.append(f"{key} {read(key)}")
    return "\n".join([*found, *(str(key) for key in stack.redis(cache=True).scan_iter("*"))])


@pytest.mark.timeout(600)
@pytest.mark.slow
def test_nothing_that_can_be_read_has_a_planted_secret(planted: Stack, tmp_path: Path) -> None:
    (tmp_path / "people_1.csv").write_text(f"id,phone\n1,{GOOD}\n2,{BAD}\nx1,{GOOD}\n")
    (tmp_path / "people_2.csv").write_text(f"id,phone\n13,{RAISED}\n")
    (tmp_path / "people_3.csv").write_text(f"{GOOD},{BAD}\n1,2\n")
    said = {"migrate": _said(planted, "migrate")}
    worker = planted.worker(2).wait_ready()
    for number in (1, 2, 3):
        said[f"run {number}"] = _said(planted, "run", "people", str(tmp_path / f"people_{number}.csv"))
        said[f"status {number}"] = _said(planted, "status", str(number))
        said[f"status {number} --json"] = _said(planted, "status", str(number), "--json")
    assert "loaded" in said["run 1"]
    for words in (["rejects", "1"], ["rejects", "1", "--json"], ["doctor"], ["doctor", "--json"], ["env"], ["status"]):
        said[" ".join(words)] = _said(planted, *words)
    away = _as(planted.database_url, "nobody", OF_DATABASE)
    for words in (["status"], ["doctor"], ["migrate"], ["run", "people", str(tmp_path / "people_1.csv")]):
        said[f"{words} with a wrong user"] = _said(planted, *words, DATABASE_URL=away)
        said[f"{words} with Redis away"] = _said(planted, *words, REDIS_URL=f"redis://u:{OF_REDIS}@127.0.0.1:1/0")
    with running(planted) as (process, ask):
        for route in ("/runs", "/runs/1", "/runs/1/rejects", "/runs/2", "/openapi.json"):
            said[route] = ask.get(route, headers={"Authorization": f"Bearer {READS}"}).text
        said["/runs with an unknown token"] = ask.get("/runs", headers={"Authorization": f"Bearer {OF_API}"}).text
        process.terminate()
        said["serve"] = "".join(process.communicate(timeout=240))
    assert '"items"' in said["/runs"], said["/runs"]
    said["worker"] = worker.log.read_text()
    said["ledger"] = _ledger(planted)
    said["broker"] = _broker(planted)
    secrets = [OF_DATABASE, OF_REDIS, OF_FLOWER, READS, WRITES, OF_API, *DIGITS]
    leaks = {
        f"{secret} in {where}: {text[max(text.find(secret) - 150, 0) : text.find(secret) + 60]!r}"
        for where, text in said.items()
        for secret in secrets
        if secret in text and not (where == "env" and secret in (OF_DATABASE, OF_REDIS))
    }
    assert leaks == set(), "\n\n".join(sorted(leaks))
