"""What the doctor thinks of what it is told, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sluice import __version__
from sluice.engine.doctor.finding import Finding, address, hide, ok, safely
from sluice.engine.doctor.redis import _memory, _policy, _version
from sluice.engine.doctor.versions import look_at_versions
from sluice.engine.doctor.workers import Here, look_at_workers
from sluice.errors import TransientError

HERE = Here({"call_logs": "abc"}, "/shared/landing", "/shared/inbox", inbox_there=True)
WELL = {"sluice": __version__, "contracts": {"call_logs": "abc"}, "clock": 1000.0, "landing": True, "inbox": True}
WELL |= {"closed": None, "queues": 7, "dropped": 0}


def judged(*answers: dict[str, Any], here: Here = HERE) -> dict[str, tuple[str, str]]:
    named = [(f"w{number}", WELL | answer) for number, answer in enumerate(answers, 1)]
    return {each.check: (each.state, each.found) for each in look_at_workers(named, here, 1001.0)}


def test_workers_that_are_all_alike_are_well() -> None:
    assert judged({}, {}) == {
        "workers": ("ok", "2 answered: w1, w2"),
        "workers' queues": ("ok", "messages are taken from all 7"),
        "workers' version": ("ok", f"Sluice {__version__}"),
        "workers' declarations": ("ok", "those of here"),
        "workers' clocks": ("ok", "the same time everywhere"),
        "landing": ("ok", "seen by all: /shared/landing"),
        "inbox": ("ok", "seen by all: /shared/inbox"),
    }


def test_no_worker_is_a_warning_that_says_how_to_start_one() -> None:
    (found,) = look_at_workers([], HERE, 0.0)
    assert (found.state, found.found) == ("warning", "none answers")
    assert "`sluice worker`" in found.todo


@pytest.mark.parametrize(
    ("answer", "check", "state"),
    [
        ({"sluice": "0.0.1"}, "workers' version", "warning"),
        ({"contracts": {"call_logs": "other"}}, "workers' declarations", "warning"),
        ({"contracts": {}}, "workers' declarations", "warning"),
        ({"clock": 900.0}, "workers' clocks", "warning"),
        ({"landing": False}, "landing", "wrong"),
        ({"landing": None}, "landing", "wrong"),
        ({"queues": 0}, "workers' queues", "wrong"),
        ({"queues": 6}, "workers' queues", "wrong"),
    ],
)
def test_the_worker_that_differs_is_named(answer: dict[str, Any], check: str, state: str) -> None:
    found = judged({}, answer)
    assert found.pop(check) == (state, "not so on w2")
    assert {state for state, _ in found.values()} == {"ok"}


def test_a_worker_that_takes_no_messages_says_why() -> None:
    found = judged({}, {"closed": "the ledger's tables are behind", "queues": 0})
    assert found["workers' queues"] == ("wrong", "w2: the ledger's tables are behind")


def test_messages_of_others_are_counted_by_worker() -> None:
    assert judged({"dropped": 1200}, {})["foreign messages"] == ("warning", "dropped: 1,200 on w1")


def test_a_worker_that_fails_to_answer_is_told_and_the_others_are_compared() -> None:
    found = list(look_at_workers([("w1", {"error": "TypeError('x')"}), ("w2", WELL)], HERE, 1001.0))
    assert [(each.state, each.found) for each in found[:2]] == [
        ("wrong", "w1: TypeError('x')"),
        ("ok", "1 answered: w2"),
    ]
    assert {each.state for each in found[1:]} == {"ok"}


def test_many_workers_are_not_all_named() -> None:
    found = judged(*[{"landing": False}] * 9)
    assert found["workers"][1] == "9 answered: w1, w2, w3, w4 and 5 more"
    assert found["landing"] == ("wrong", "not so on w1, w2, w3, w4 and 5 more")


def test_an_inbox_that_nobody_has_is_no_mistake() -> None:
    nowhere = Here({}, "/landing", "/inbox", inbox_there=False)
    assert judged({"contracts": {}, "inbox": False}, here=nowhere)["inbox"] == (
        "ok",
        "/inbox is not there; only scheduled runs look into it",
    )
    assert judged({}, {"inbox": False})["inbox"] == ("warning", "seen by 1 of 2 workers: /shared/inbox")
    assert judged({"contracts": {}}, here=nowhere)["inbox"] == ("warning", "seen by all, but not from here: /inbox")


@pytest.mark.parametrize(
    ("policy", "state"),
    [
        ("volatile-lru", "ok"),
        ("volatile-ttl", "ok"),
        ("noeviction", "warning"),
        ("allkeys-lru", "wrong"),
        ("allkeys-random", "wrong"),
    ],
)
def test_a_policy_that_may_evict_messages_is_wrong(policy: str, state: str) -> None:
    assert _policy(policy).state == state


def test_redis_without_a_limit_or_nearly_full_is_a_warning() -> None:
    def looked(**about: int) -> list[tuple[str, str]]:
        found = _memory("Redis", {"maxmemory_policy": "volatile-lru", **about}, holds_messages=False)
        return [(each.state, each.found) for each in found]

    mib = 1 << 20
    assert looked(maxmemory=0, used_memory=5 * mib) == [("warning", "5 MiB, no maxmemory")]
    assert looked(maxmemory=100 * mib, used_memory=50 * mib) == [("ok", "50 of 100 MiB")]
    assert looked(maxmemory=100 * mib, used_memory=95 * mib) == [("warning", "95 of 100 MiB")]
    assert looked(maxmemory=100 * mib, used_memory=5 * mib, evicted_keys=1234)[1] == (
        "warning",
        "1,234 keys since it started",
    )


def test_versions_that_are_not_known_to_be_good_are_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {"celery": "5.7.0", "kombu": "5.7.0", "redis": "8.1.2"}
    monkeypatch.setattr("sluice.engine.doctor.versions.version", numbers.__getitem__)
    libraries = list(look_at_versions())[1]
    assert (libraries.state, libraries.found) == ("warning", "celery 5.7.0, kombu 5.7.0, redis 8.1.2")


def test_a_check_that_raises_is_a_line_and_keeps_what_it_found_before() -> None:
    def look(error: Exception) -> Iterator[Finding]:
        yield ok("one", "fine")
        raise error

    assert [(f.check, f.state, f.found) for f in safely("two", lambda: look(TransientError("It is away.")))] == [
        ("one", "ok", "fine"),
        ("two", "wrong", "It is away."),
    ]
    (_, defect) = safely("two", lambda: look(ZeroDivisionError("by zero\nand more")))
    assert (defect.state, defect.found) == ("wrong", "ZeroDivisionError: by zero")
    assert defect.todo


def test_a_url_is_shown_without_who_and_the_password() -> None:
    assert address("postgresql://me:p%40ss@db:5432/warehouse?sslmode=require") == "db:5432/warehouse"
    assert address("redis://queue/0") == "queue/0"


def test_a_password_in_a_message_is_hidden_in_both_its_spellings() -> None:
    urls = ["postgresql://me:p%40ss@db/x", "redis://queue/0"]
    assert hide("p%40ss and p@ss and me", urls) == "*** and *** and me"


def test_letters_of_a_short_password_stay_in_ordinary_words() -> None:
    urls = ["redis://:b@queue/0", "redis://:bro@queue/0"]
    assert hide("The broker at redis://:b@queue/0 does not answer.", urls) == (
        "The broker at redis://:***@queue/0 does not answer."
    )


def test_the_name_of_redis_is_not_said_twice() -> None:
    assert _version({"redis_version": "7.0.15"}) == "7.0.15"
    assert _version({"redis_version": "7.2.4", "valkey_version": "8.0.1"}) == "Valkey 8.0.1"
