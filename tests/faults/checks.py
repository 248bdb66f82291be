"""What is promised of every run that ended, whatever happened to it on the way. Written once."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from tests.faults.sample import Sample
from tests.kit.independent import compare_with_table
from tests.kit.stack import Stack, until

BOOKS = ("read", "loaded", "updated", "unchanged", "duplicate", "rejected", "contested")
SUMS = ", ".join(f"coalesce(sum({name}), 0)::bigint" for name in BOOKS)
FRAMES = "sluice:frame:*"


def assert_all_is_well(stack: Stack, run: int, sample: Sample, *, unacked: bool = False, frames: bool = False) -> None:
    """The table, the books and the rejects are those of the independent count, and nothing is left behind.

    `unacked`: messages that a killed worker held may wait for Redis to deliver them again, if their steps are
    done. `frames`: frames whose part was interrupted may rest, if they have a time to live.
    """
    assert stack.sql("select state, error from sluice.run where id = %s", run) == [("done", None)]
    assert_table_and_rejects(stack, run, sample)
    assert_books_add_up(stack, run)
    read, loaded, updated, unchanged, duplicate, rejected, contested = _books(stack, "sluice.run where id = %s", run)
    outcome = sample.outcome
    assert (read, loaded, duplicate, rejected) == (
        outcome.read,
        outcome.loaded,
        outcome.duplicate,
        outcome.rejected,
    )
    assert (updated, unchanged, contested) == (0, 0, 0)
    assert_nothing_is_left(stack, unacked=unacked, frames=frames)


def assert_table_and_rejects(stack: Stack, run: int, sample: Sample) -> None:
    """Rows by key, values, file and line; rejects by file, line and code."""
    connection = stack.connect()
    try:
        assert compare_with_table(sample.outcome, connection) == []
    finally:
        connection.close()
    twice = "select _input_id, _line from customer_call_logs group by 1, 2 having count(*) > 1"
    assert stack.sql(twice) == []
    found = stack.sql("select i.uri, r.line, r.code from sluice.reject r join sluice.input i on i.id = r.input_id"
                      " where i.run_id = %s", run)  # fmt: skip
    told = sorted((Path(uri).name, line, code) for uri, line, code in found)
    assert told == sorted((each.file, each.line, each.code) for each in sample.outcome.rejects)


def assert_books_add_up(stack: Stack, run: int) -> None:
    """Each part, input and run balances; parts come to their input, and inputs to their run."""
    for table in ("part", "input", "run"):
        odd = f"select * from sluice.{table} where read <> loaded + updated + unchanged + duplicate + rejected"
        assert stack.sql(odd) == [], f"a {table} does not balance"
    inputs = [one for (one,) in stack.sql("select id from sluice.input where run_id = %s order by id", run)]
    for one in inputs:
        assert _books(stack, "sluice.part where input_id = %s", one) == _books(stack, "sluice.input where id = %s", one)
        rows = stack.sql("select count(*) from customer_call_logs where _input_id = %s", one)
        assert rows == stack.sql("select loaded from sluice.input where id = %s", one)
    assert _books(stack, "sluice.input where run_id = %s", run) == _books(stack, "sluice.run where id = %s", run)


def assert_all_books_balance(stack: Stack) -> None:
    """Each part, input and run balances; the parts of every input come to it, and the inputs of every run."""
    for table in ("part", "input", "run"):
        odd = f"select * from sluice.{table} where read <> loaded + updated + unchanged + duplicate + rejected"
        assert stack.sql(odd) == [], f"a {table} does not balance"
    for whole, piece in (("input", "part"), ("run", "input")):
        sums = ", ".join(f"coalesce(sum(p.{name}), 0)" for name in BOOKS)
        own = ", ".join(f"w.{name}" for name in BOOKS)
        odd = (
            f"select w.id from sluice.{whole} w left join sluice.{piece} p on p.{whole}_id = w.id"
            f" group by w.id having ({sums}) is distinct from ({own})"
        )
        assert stack.sql(odd) == [], f"the {piece}s of a {whole} do not come to it"


def assert_nothing_is_left(stack: Stack, *, unacked: bool = False, frames: bool = False) -> None:
    """No step at work, no lease, no contender; and soon no message and no frame."""
    assert stack.sql("select * from sluice.step where state <> 'done' or lease_until is not null") == []
    assert stack.sql("select * from sluice.contender") == []
    until(lambda: queued(stack) == 0, 120, "the end of queued messages")
    if unacked:
        steps = [step for message in stack.redis().hvals("unacked") for step in steps_of(message)]
        assert stack.sql("select id from sluice.step where id = any(%s) and state <> 'done'", steps) == []
    else:
        until(lambda: stack.redis().hlen("unacked") == 0, 120, "the end of unacknowledged messages")
    cache = stack.redis(cache=True)
    if not frames:
        until(lambda: next(cache.scan_iter(FRAMES, count=1000), None) is None, 120, "the end of frames")
    assert [key for key in cache.scan_iter(FRAMES, count=1000) if cache.ttl(key) == -1] == []


def assert_a_second_time_changes_nothing(stack: Stack, sample: Sample) -> None:
    """The same rows as other bytes, in other places: read again, and not one of them loaded."""
    run = stack.enqueue(*sample.again.paths)
    ask = "select state, read, loaded, duplicate, rejected from sluice.run where id = %s"
    until(lambda: stack.sql(ask, run)[0][0] != "running", 120, "the end of the second run")
    first, twice = sample.outcome, sample.twice
    read, duplicate = twice.read - first.read, twice.duplicate - first.duplicate
    assert stack.sql(ask, run) == [("done", read, 0, duplicate, twice.rejected - first.rejected)]
    assert stack.sql("select count(*) from customer_call_logs") == [(first.loaded,)]


def queued(stack: Stack) -> int:
    """Messages in Sluice's queues."""
    client = stack.redis()
    return sum(int(client.llen(key)) for key in client.scan_iter("sluice.*", count=1000, _type="list"))


def steps_of(unacked: bytes) -> list[int]:
    """The steps that an entry of Redis's `unacked` is about; none for what beat sends, which is about no step."""
    message, *_ = json.loads(unacked)
    if message["headers"]["task"] in ("sluice.check_schedules", "sluice.scheduled"):
        return []
    body: Any = base64.b64decode(message["body"])
    fields = json.loads(body)[0][0]
    return list(fields["steps"]) if "steps" in fields else [int(fields["step"])]


def _books(stack: Stack, source: str, one: int) -> tuple[Any, ...]:
    return stack.sql(f"select {SUMS} from {source}", one)[0]
