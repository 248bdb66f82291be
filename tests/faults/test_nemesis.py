"""Files, updates, reloads, builds and a schedule at once, while anything may happen to processes, servers and messages.

A seed draws both. `SLUICE_TEST_NEMESIS_SEEDS=10` tries ten seeds, 60 s each; SLUICE_TEST_SEED is the first one.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.checks import assert_all_books_balance, assert_nothing_is_left
from tests.faults.mixed_faults import MixedFaults, mixed_faults
from tests.faults.mixed_work import DATES, Work
from tests.faults.servers import Processes
from tests.kit.budget import LONG
from tests.kit.mixed_count import Books, Input, groups, kept, read_file, sums, updated
from tests.kit.stack import Stack, until

FIRST = int(os.environ.get("SLUICE_TEST_SEED") or 1)
SEEDS = int(os.environ.get("SLUICE_TEST_NEMESIS_SEEDS") or (10 if LONG else 0))
DISTURBED_S = 60 if SEEDS else 12
LEASE_S = 10 if SEEDS else 4  # a busy machine keeps the longer one
AT_LAST_S = 300
EACH_INPUT = """
    select i.id, i.run_id, i.position, i.uri, coalesce((r.options->>'reload')::boolean, false), i.state,
           i.read, i.loaded, i.updated, i.unchanged, i.duplicate, i.rejected,
           exists (select from sluice.input n where n.cleared and i.id = any(n.replaces) and n.id <> i.id)
    from sluice.input i join sluice.run r on r.id = i.run_id where i.pipeline = %s order by i.run_id, i.position
"""


class Trail:
    """What was done, and when: shown if the test fails."""

    def __init__(self, seed: int) -> None:
        self.seed, self.began = seed, time.monotonic()
        print(f"seed {seed}")

    def say(self, what: str) -> None:
        print(f"{time.monotonic() - self.began:6.1f} {what}")


class Ledger:
    """The inputs of a pipeline as the ledger has them after the end of all runs."""

    def __init__(self, stack: Stack, pipeline: str) -> None:
        self.inputs: list[Input] = []
        self.states: dict[int, str] = {}
        self.books: dict[int, Books] = {}
        self.replaced: set[int] = set()
        for one, run, position, uri, reload, state, *books, replaced in stack.sql(EACH_INPUT, pipeline):
            self.inputs.append(Input(one, run, position, Path(uri), reload))
            self.states[one], self.books[one] = state, Books(*books)
            self.replaced |= {one} if replaced else set()

    def in_state(self, state: str) -> list[Input]:
        return [each for each in self.inputs if self.states[each.id] == state]


@pytest.fixture
def mixture(stack: Stack, processes: Processes, seed: int) -> Iterator[tuple[Work, MixedFaults, Trail]]:
    """The work of a seed, not begun yet, and workers that wait for it."""
    trail = Trail(seed)
    # how often a step may be killed before it counts as the cause is not what this is about
    stack.env |= {"SLUICE_LEASE_S": str(LEASE_S), "SLUICE_MAX_CRASHES": "50", "SLUICE_MAX_VANISHED": "50"}
    work = Work(stack, seed, trail.say)
    work.declare()
    with mixed_faults(stack, processes, seed, trail.say) as faults:
        yield work, faults, trail


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(FIRST, FIRST + (SEEDS or 1)))
def test_work_of_every_kind_while_anything_may_happen(mixture: tuple[Work, MixedFaults, Trail], seed: int) -> None:
    work, faults, trail = mixture
    stack, chance = work.stack, random.Random(f"pauses {seed}")
    for worker in faults.workers:
        worker.wait_ready()
    work.start(stack.env | faults.env)
    end = time.monotonic() + DISTURBED_S
    while time.monotonic() < end:
        faults.strike()
        pause = time.monotonic() + chance.uniform(0.2, 3)
        while time.monotonic() < pause:
            faults.tend()
            time.sleep(0.1)
    faults.heal()
    work.stop()
    _await_the_end(work, faults, trail)

    for as_of in DATES:
        work.enqueue("visits", "--as-of", as_of)
    _await_the_end(work, faults, trail)
    _assert_all_is_well(work)
    before = _tables(stack)
    work.enqueue("visits", "--as-of", DATES[0], paths=(*work.visits, *work.delivered.values()))
    last = work.enqueue("prices", paths=_in_order_of_runs(stack, "prices"))
    _await_the_end(work, faults, trail)
    trail.say(f"the same files again, the last in run {last}")
    assert _tables(stack) == before
    assert_nothing_is_left(stack, unacked=True, frames=True)


def _await_the_end(work: Work, faults: MixedFaults, trail: Trail) -> None:
    """Each delivered day has its run, and each run has ended."""
    ended = (
        "select (select count(*) from sluice.run where state = 'running'),"
        " (select count(*) from sluice.tick where state = 'started' and day = any(%s))"
    )
    days = list(work.delivered)

    def over() -> bool:
        faults.tend()
        return work.stack.sql(ended, days) == [(0, len(days))]

    try:
        until(over, AT_LAST_S, f"the end of all runs (seed {trail.seed})")
    except AssertionError as error:
        stuck = work.stack.sql("select * from sluice.step where state <> 'done' order by id limit 20")
        ticks = work.stack.sql("select day, state, note, looked_until from sluice.tick where day = any(%s)", days)
        raise AssertionError(f"{error}\n{stuck}\n{ticks}\n{work.stack.logs()}") from None
    trail.say("all runs have ended")


def _assert_all_is_well(work: Work) -> None:
    stack = work.stack
    assert stack.sql("select id, state, error from sluice.run where state <> 'done'") == []
    for run, paths in work.registered:
        found = stack.sql("select uri from sluice.input where run_id = %s order by position", run)
        assert [uri for (uri,) in found] == [str(path) for path in paths]
    assert_all_books_balance(stack)
    visits, prices = Ledger(stack, "visits"), Ledger(stack, "prices")
    given = {path for _, paths in work.registered for path in paths}
    assert {each.path for each in visits.inputs + prices.inputs} == given | set(work.delivered.values())
    _assert_schedule(work)
    _assert_visits(stack, visits)
    _assert_prices(stack, prices)
    assert_nothing_is_left(stack, unacked=True, frames=True)


def _assert_schedule(work: Work) -> None:
    """Each delivered file is in one run, which is that of its day and for its date."""
    found = work.stack.sql(
        "select t.day, r.options->>'as_of', i.uri from sluice.tick t join sluice.run r on r.id = t.run_id"
        " join sluice.input i on i.run_id = r.id where t.state = 'started'"
    )
    expected = {(day, day.isoformat(), str(path)) for day, path in work.delivered.items()}
    assert len(found) == len(expected)
    assert set(found) == expected


def _assert_visits(stack: Stack, ledger: Ledger) -> None:
    """The table, its rejects and its derived table; of each content one input has the rows."""
    rows = {key: row for each in ledger.inputs for key, row in kept(each.path)[0].items()}
    found = stack.sql("select id, day::text, item, amount from visits")
    assert len(found) == len(rows)
    assert {key: tuple(row) for key, *row in found} == rows
    there = dict(stack.sql("select _input_id, count(*) from visits group by 1"))
    for each in ledger.in_state("done"):
        books, (own, refused, twice) = ledger.books[each.id], kept(each.path)
        assert (books.read, books.rejected) == (read_file(each.path).read, len(refused)), each
        assert books.loaded + books.duplicate == len(own) + twice, each
        assert there.get(each.id, 0) == (0 if each.id in ledger.replaced else books.loaded), each
        assert _rejects(stack, each.id) == list(refused), each
    _assert_one_is_loaded(ledger)
    built = [
        as_of for (as_of,) in stack.sql("select distinct as_of::text from sluice.build where derived = 'visit_sum'")
    ]
    assert set(built) >= set(DATES)
    for as_of in DATES:
        found = stack.sql("select item, visits, total from visit_sum where as_of = %s", as_of)
        assert {item: (many, total) for item, many, total in found} == sums(rows, as_of)
        assert len(found) == len({item for item, *_ in found})


def _assert_one_is_loaded(ledger: Ledger) -> None:
    """Of the inputs with the same file one is loaded and was not replaced."""
    valid = Counter(each.path for each in ledger.in_state("done") if each.id not in ledger.replaced)
    assert valid == Counter({each.path for each in ledger.inputs})
    assert {ledger.states[each.id] for each in ledger.inputs} <= {"done", "already_loaded"}


def _assert_prices(stack: Stack, ledger: Ledger) -> None:
    """The table has the newest rows; books and rejects are those of runs that come one after the other."""
    skipped = [each.id for each in ledger.in_state("already_loaded")]
    rows, books = updated(ledger.inputs, skipped)
    found = stack.sql("select id, kind, price from prices")
    assert len(found) == len(rows)
    assert {key: tuple(row) for key, *row in found} == rows
    for each in ledger.in_state("done"):
        assert ledger.books[each.id] == books[each.id], each
        assert _rejects(stack, each.id) == sorted(read_file(each.path).refused), each
    found = stack.sql("select kind, prices, total from price_sum")
    assert {kind: (many, total) for kind, many, total in found} == groups(rows)


def _rejects(stack: Stack, one: int) -> list[tuple[int, str]]:
    return [
        (line, code)
        for line, code in stack.sql("select line, code from sluice.reject where input_id = %s order by 1, 2", one)
    ]


def _tables(stack: Stack) -> list[object]:
    """Every row of the loaded and the derived tables, without where they come from."""
    asks = ("id, day, item, amount from visits", "id, kind, price from prices", "kind, prices, total from price_sum")
    return [sorted(stack.sql(f"select {ask}")) for ask in (*asks, "as_of, item, visits, total from visit_sum")]


def _in_order_of_runs(stack: Stack, pipeline: str) -> tuple[Path, ...]:
    """Each file of all runs, in the order in which they were last loaded: applied again, they give the same table."""
    ask = "select uri from sluice.input where pipeline = %s and state = 'done' order by run_id desc, position desc"
    newest_first = dict.fromkeys(Path(uri) for (uri,) in stack.sql(ask, pipeline))
    return tuple(reversed(newest_first))
