"""Messages that nobody of ours wrote: changed in any way, packed, or commands to the worker itself."""

from __future__ import annotations

import base64
import copy
import json
import random
import uuid
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.faults.test_messages import KINDS, send
from tests.faults.trial import Trial
from tests.kit.budget import LONG
from tests.kit.stack import Stack, Worker, until

MUTATIONS = 10_000 if LONG else 600
ODD: list[Any] = [
    *(None, 0, -1, 2**70, 1e308, True, "", "x", "\0", "é" * 200, [], [[]], {}, {"a": {}}, "9999-12-31", "celery.chord"),
]
COMMANDS = ("cancel_consumer", "add_consumer", "rate_limit", "time_limit", "pool_shrink", "pool_grow", "autoscale")
COMMANDS += ("shutdown", "revoke", "terminate", "pool_restart", "disable_events", "conf", "objgraph", "election")


def a_message(step: int) -> dict[str, Any]:
    one = str(uuid.uuid4())
    body = json.dumps([[{"step": step}], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}])
    return {
        "body": base64.b64encode(body.encode()).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {
            "lang": "py",
            "task": "sluice.plan",
            "id": one,
            "root_id": one,
            "parent_id": None,
            "group": None,
            "argsrepr": "",
            "kwargsrepr": "",
            "retries": 0,
            "eta": None,
            "expires": None,
            "shadow": None,
            "timelimit": [None, None],
            "origin": "a",
            "ignore_result": True,
            "stamps": {},
            "stamped_headers": None,
        },
        "properties": {
            "correlation_id": one,
            "reply_to": one,
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": "sluice.plan"},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": one,
        },
    }


def mutated(chance: random.Random) -> bytes:
    """A message in which a few fields have gone or have another value, or whose bytes were changed."""
    message = a_message(10**9)
    for _ in range(chance.randint(1, 3)):
        place = message
        if chance.random() < 0.7:
            inner = [each for each in place.values() if isinstance(each, dict)]
            place = chance.choice(inner) if inner else place
        name = chance.choice([*place, "compression", "more"])
        if chance.random() < 0.3:
            place.pop(name, None)
        else:
            place[name] = copy.deepcopy(chance.choice(ODD))
    raw = bytearray(json.dumps(message).encode())
    if chance.random() < 0.3:
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randrange(3)] = bytes(chance.choices(range(256), k=chance.randrange(3)))
    return bytes(raw)


def peak_mib(worker: Worker) -> int:
    """The largest that the worker's main process has ever been."""
    status = Path(f"/proc/{worker.process.pid}/status").read_text().splitlines()
    (line,) = [each for each in status if each.startswith("VmHWM")]
    return int(line.split()[1]) // 1024


def drained(stack: Stack) -> bool:
    return all(stack.redis().llen(f"sluice.{kind}") == 0 for kind in (*KINDS, "dispatch"))


@pytest.mark.slow
def test_messages_changed_in_any_way_end_no_worker(trial: Trial) -> None:
    worker, chance = trial.worker(SLUICE_LEASE_S="30"), random.Random(12)  # a busy machine keeps that lease
    client = trial.stack.redis()
    control = f"/{client.connection_pool.connection_kwargs.get('db', 0)}.celery.pidbox"
    for number in range(MUTATIONS):
        raw = mutated(chance)
        client.lpush(f"sluice.{chance.choice(KINDS)}", raw)
        if number % 10 == 0:
            client.publish(control, raw)
    trial.run = trial.stack.enqueue(*trial.sample.paths)
    trial.struck()
    trial.finish()
    until(lambda: drained(trial.stack), 300, "the end of the messages")
    trial.assert_all_is_well()
    assert worker.process.poll() is None
    assert trial.count("crashes > 0 or vanished > 0") == 0
    lines = [line for line in worker.log.read_text().splitlines() if "that Sluice did not write" in line]
    assert 0 < len(lines) < 100


@pytest.mark.slow
def test_a_packed_body_is_not_unpacked(trial: Trial) -> None:
    worker = trial.worker().wait_ready()
    before = peak_mib(worker)
    bomb = zlib.compress(b"[" + b" " * (256 << 20) + b"]", 9)
    for _ in range(3):
        send(trial.stack, "plan", [], body=bomb, compression="application/x-gzip")
    until(lambda: drained(trial.stack), 60, "the end of the messages")
    trial.run = trial.stack.enqueue(*trial.sample.paths)
    trial.struck()
    trial.finish()
    assert peak_mib(worker) - before < 64
    trial.assert_all_is_well()


@pytest.mark.slow
def test_foreign_entries_among_the_messages_that_are_worked_at_end_no_worker(trial: Trial) -> None:
    client, chance = trial.stack.redis(), random.Random(13)
    entries = [b"", b"null", b"5", b"[]", b"[1, 2, 3]", b"[{}, null, []]", b"text", b"\xff\xfe", b'[null, "a", "b"]']
    entries += [json.dumps([a_message(7), "", "sluice.plan"]).encode() for _ in range(20)]
    entries += [b"[" + mutated(chance) + b', "", "sluice.plan"]' for _ in range(100)]
    for number, entry in enumerate(entries):
        client.hset("unacked", f"tag{number}", entry)
        client.zadd("unacked_index", {f"tag{number}": 0})
    worker = trial.worker()
    trial.run = trial.stack.enqueue(*trial.sample.paths)
    trial.struck()
    trial.finish()
    until(lambda: client.zcount("unacked_index", "-inf", 1) == 0, 60, "the foreign entries to be gone")
    assert worker.process.poll() is None
    trial.assert_all_is_well()


def test_commands_that_would_change_a_worker_are_not_obeyed(trial: Trial) -> None:
    worker = trial.worker(concurrency=2).wait_ready()
    before = sorted(worker.children())
    client = trial.stack.redis()
    control = f"/{client.connection_pool.connection_kwargs.get('db', 0)}.celery.pidbox"
    arguments = {
        "queue": "sluice.plan",
        "task_name": "sluice.plan",
        "rate_limit": "1/h",
        "hard": 0.01,
        "n": 1,
        "max": 1,
    }
    for name in COMMANDS:
        body = {"method": name, "arguments": arguments, "destination": None, "pattern": None, "matcher": None}
        message = a_message(1) | {"body": base64.b64encode(json.dumps(body).encode()).decode()}
        message["headers"] = {"clock": 1, "expires": None}
        # a worker that is ready may not listen yet
        until(lambda message=message: client.publish(control, json.dumps(message)) == 1, 60, "a worker that listens")
    trial.run = trial.stack.enqueue(*trial.sample.paths)
    trial.struck()
    trial.finish()
    assert sorted(worker.children()) == before
    trial.assert_all_is_well()


@pytest.mark.slow
def test_commands_that_cannot_be_parsed_end_no_worker(trial: Trial) -> None:
    worker = trial.worker().wait_ready()
    client = trial.stack.redis()
    control = f"/{client.connection_pool.connection_kwargs.get('db', 0)}.celery.pidbox"
    for raw in ("[" * 1500, "{" * 100_000, '{"a":' * 2000, "\\xff", "nan", "1e999999", '"' + "x" * 2_000_000):
        client.publish(control, raw)
    trial.run = trial.stack.enqueue(*trial.sample.paths)
    trial.struck()
    trial.finish()
    assert worker.process.poll() is None
    trial.assert_all_is_well()


@pytest.mark.slow
@pytest.mark.parametrize("key", ["sluice.plan", "sluice.extract", "unacked", "unacked_index"])
def test_a_key_of_another_type_is_deleted_and_the_run_goes_on(trial: Trial, key: str) -> None:
    trial.worker().wait_ready()
    client = trial.stack.redis()
    client.delete(key)
    client.set(key, "not a queue")
    trial.run = trial.stack.enqueue(*trial.sample.paths)
    trial.struck()
    trial.finish()
    trial.assert_all_is_well()
