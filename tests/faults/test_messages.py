"""Messages: lost they are elsewhere; here they come ten times, in disorder, too late, or from somebody else."""

from __future__ import annotations

import base64
import json
import os
import pickle
import random
import signal
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.faults.trial import Trial
from tests.kit.stack import Stack, Worker, until

NOT_OURS: list[list[Any]] = [
    *([], [1], ["1"], [None], [{}], [{"step": "1"}], [{"step": True}], [{"step": 1, "more": 2}]),
    *([{"step": 1}] * 2, [{"step": -1}], [{"step": 2**70}], [{"step": 10**9, "fence": 1}]),
    *([{"steps": []}], [{"steps": [1, 2**70]}], [{"steps": [-1, 10**9]}], [{"steps": [1, 2], "fences": [1]}]),
]
KINDS = ("settle", "build", "load", "transform", "plan", "extract")


def multiply(stack: Stack, times: int, chance: random.Random) -> int:
    """Every message that is queued becomes so many, in any order. Returns how many there were."""
    client = stack.redis()
    found = 0
    for kind in KINDS:
        waiting = client.lrange(f"sluice.{kind}", 0, -1)
        found += len(waiting)
        copies = [_copy(message) for message in waiting for _ in range(times - 1)]
        chance.shuffle(copies)
        if copies:
            client.rpush(f"sluice.{kind}", *copies)
    return found


def multiply_at(trial: Trial, worker: Worker, parts: Sequence[int], chance: random.Random) -> None:
    """Every queued message becomes ten, each time when so many parts are loaded; the worker is stopped meanwhile."""
    for loaded in parts:
        trial.half_way(loaded)
        os.killpg(worker.process.pid, signal.SIGSTOP)
        multiply(trial.stack, 10, chance)
        os.killpg(worker.process.pid, signal.SIGCONT)
    trial.struck()


def _copy(message: bytes) -> str:
    """The same message, delivered under another tag."""
    copy = json.loads(message)
    copy["properties"]["delivery_tag"] = str(uuid.uuid4())
    return json.dumps(copy)


def send(
    stack: Stack,
    kind: str,
    args: Any,
    *,
    body: bytes | None = None,
    content: str = "application/json",
    queue: str | None = None,
    **others: Any,
) -> None:
    """Put one message for a task on its queue, as a client of Celery would, or with any body."""
    one, key = str(uuid.uuid4()), f"sluice.{queue or kind}"
    headers = {"lang": "py", "task": f"sluice.{kind}", "id": one, "root_id": one, "argsrepr": "", "kwargsrepr": ""}
    headers |= others
    text = json.dumps([args, {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}])
    message = {
        "body": base64.b64encode(text.encode() if body is None else body).decode(),
        "content-encoding": "utf-8" if body is None else "binary",
        "content-type": content,
        "headers": headers,
        "properties": {
            "correlation_id": one,
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": key},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": one,
        },
    }
    stack.redis().lpush(key, json.dumps(message))


@pytest.mark.slow
def test_every_message_ten_times_and_shuffled(trial: Trial) -> None:
    chance = random.Random(10)
    trial.run = trial.stack.enqueue(*trial.sample.paths)
    assert multiply(trial.stack, 10, chance) == 2
    worker = trial.worker(SLUICE_LEASE_S="30")  # it is stopped now and then: no lease runs out meanwhile
    multiply_at(trial, worker, (5, 25, 45, 65), chance)
    trial.finish_as_if_nothing_had_been(worker)


@pytest.mark.slow
def test_old_copies_of_messages_and_stale_fences_do_nothing(trial: Trial) -> None:
    trial.begin()
    trial.half_way(10)
    steps = [step for (step,) in trial.ask("select id from sluice.step where run_id = %s", trial.run)]
    chance = random.Random(5)
    for step in chance.sample(steps, 20):
        for kind in KINDS:
            send(trial.stack, kind, [{"step": step}])
            send(trial.stack, kind, [{"step": step, "fence": chance.randrange(-1, 3) * 7}])
    trial.finish()
    until(lambda: all(trial.stack.redis().llen(f"sluice.{kind}") == 0 for kind in KINDS), 120, "the end of the copies")
    fences = trial.ask("select id, fence, state, kind from sluice.step order by id")
    for step in chance.sample(steps, 20):
        for kind in KINDS:
            send(trial.stack, kind, [{"step": step}])
            send(trial.stack, kind, [{"step": step, "fence": 1}])
    trial.assert_all_is_well(frames=True)
    assert trial.ask("select id, fence, state, kind from sluice.step order by id") == fences


class Trap:
    """Runs a command where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.path}",)


@pytest.mark.slow
def test_malformed_and_pickled_messages_are_dropped_and_none_is_executed(trial: Trial, tmp_path: Path) -> None:
    worker = trial.worker()
    trap = tmp_path / "executed"
    for kind in KINDS:
        for args in NOT_OURS:
            send(trial.stack, kind, args)
        send(trial.stack, kind, [], body=b"\xff\x00 no json")
        send(trial.stack, kind, [], body=b"[]")
        send(trial.stack, kind, [], body=pickle.dumps(Trap(trap)), content="application/x-python-serialize")
        send(trial.stack, kind, [], body=b"<a/>", content="application/xml")
    trial.run = trial.stack.enqueue(*trial.sample.paths)
    trial.struck()
    trial.finish()
    trial.assert_all_is_well()
    assert not trap.exists()
    assert worker.process.poll() is None


ODD_HEADERS: list[dict[str, Any]] = [
    *({"task": odd} for odd in ([], ["sluice.plan"], {}, 1, None, "", "sluice.unknown", "celery.chord")),
    *({"id": odd} for odd in ([], ["a"], {}, 1, None, "")),
    *({"timelimit": odd} for odd in ("text", "ab", ["a", "b"], [1], [1, 2, 3], 5, {"a": 1}, [-1, None], [True, 1])),
    *({name: odd} for name in ("root_id", "group", "shadow", "argsrepr", "origin") for odd in ([], {"a": 1}, 7)),
    *({"eta": odd} for odd in ("9999-12-31T23:59:59", "no time", 5, [])),
    *({"expires": odd} for odd in ("no time", 5, [1], {"a": 1})),
    *({"retries": odd} for odd in ("a", [1], {})),
    {"stamped_headers": ["a"], "stamps": {"a": 1}},
]
ODD_BODIES: list[bytes] = [
    *(b"null", b"5", b'"text"', b"{}", b"[]", b"[1]", b"[[], {}]", b"[[], {}, {}, {}]", b"[null, null, null]"),
    *(b"", b" ", b"[[", b"\xff\x00", b"[" * 50_000, b"1e999999", b'[[{"step": 1}], {}, null]', b"[5, {}, {}]"),
    *(b"[[], [], {}]", b'[[], {}, {"chain": 5}]', b'[[], {}, {"chain": [5]}]', b'[[], {}, {"errbacks": [1]}]'),
    *(b'[[], {}, {"callbacks": [{"task": "x"}]}]', b'[[], {}, {"chord": "x"}]', b'{"args": 5, "kwargs": 6}'),
]
NO_MESSAGES: list[bytes] = [
    *(
        b"",
        b"null",
        b"5",
        b"[]",
        b"{}",
        b"text",
        b"\xff\xfe",
        b'{"body": "!!!", "properties": {"body_encoding": "base64"}}',
    ),
    *(b'{"properties": null}', b'{"properties": {}, "body": "x"}', b'{"body": 5, "properties": {"delivery_tag": "a"}}'),
    *(
        b'{"headers": null, "properties": {"delivery_tag": "b"}}',
        b'{"headers": [], "properties": {"delivery_tag": "c"}}',
    ),
    *(b'{"body": null, "headers": {}, "properties": {"delivery_tag": "d", "delivery_info": null}}',),
    *(b'{"body": "bnVsbA==", "properties": {"delivery_tag": [1], "body_encoding": "base64"}}',),
    *(b'{"body": "bnVsbA==", "content-type": 7, "headers": {}, "properties": {"delivery_tag": "e"}}',),
]


def test_no_message_ends_the_main_process_whatever_is_in_it(trial: Trial) -> None:
    worker = trial.worker(SLUICE_LEASE_S="30")  # a busy machine keeps that
    trial.run = trial.stack.enqueue(*trial.sample.paths)
    for kind in ("plan", "extract", "dispatch"):
        for headers in ODD_HEADERS:
            send(trial.stack, kind, [{"step": 10**9}], **headers)
        for body in ODD_BODIES:
            send(trial.stack, kind, [], body=body)
            send(trial.stack, kind, [], body=body, compression="zlib")
        for raw in NO_MESSAGES:
            trial.stack.redis().lpush(f"sluice.{kind}", raw)
    trial.struck()
    trial.finish()
    until(
        lambda: all(trial.stack.redis().llen(f"sluice.{kind}") == 0 for kind in KINDS), 120, "the end of the messages"
    )
    trial.assert_all_is_well()
    assert worker.process.poll() is None
    assert trial.count("crashes > 0 or vanished > 0") == 0
