"""The series of faults of a seed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.chaos.series import Kind, series


def test_a_seed_has_the_same_faults_each_time() -> None:
    assert [(each.at_s, each.kind.value, each.worker) for each in series(1, 8, 2)] == [
        (0.5, "stop_worker", 1),
        (2.2, "kill_worker", 1),
        (2.8, "restart_postgresql", 1),
        (3.7, "kill_process", 2),
        (4.3, "empty_redis", 1),
        (6.1, "terminate_worker", 1),
        (7.3, "stop_process", 1),
    ]
    assert series(1, 8, 2) == series(1, 8, 2)


def test_a_longer_series_begins_like_a_shorter_one() -> None:
    assert series(7, 40, 2)[: len(series(7, 10, 2))] == series(7, 10, 2)


def test_seeds_differ() -> None:
    assert len({tuple(series(seed, 20, 2)) for seed in range(20)}) == 20


@given(st.integers(0, 2**64), st.floats(1, 120), st.integers(1, 5))
def test_every_kind_happens_before_any_happens_again(seed: int, seconds: float, workers: int) -> None:
    faults = series(seed, seconds, workers)
    kinds = [each.kind for each in faults]
    for start in range(0, len(kinds), len(Kind)):
        dealt = kinds[start : start + len(Kind)]
        assert len(set(dealt)) == len(dealt)
    assert all(each.at_s < seconds and 1 <= each.worker <= workers and 0 <= each.place < 1_000 for each in faults)
    assert all(0.5 <= round(later.at_s - earlier.at_s, 1) <= 2.0 for earlier, later in pairwise(faults))


@pytest.mark.parametrize("seconds", [0.1, 0.5, 1])
def test_there_is_always_a_fault(seconds: float) -> None:
    assert [each.at_s for each in series(3, seconds, 2)][:1] == [0.5]


def test_the_default_series_has_every_kind() -> None:
    for seed in range(50):
        assert {each.kind for each in series(seed, 20, 2)} == set(Kind)


@pytest.mark.parametrize(
    ("kind", "of_worker"),
    [(Kind.KILL_PROCESS, True), (Kind.TERMINATE_WORKER, True), (Kind.EMPTY_REDIS, False), (Kind.KILL_REDIS, False)],
)
def test_faults_of_servers_need_no_worker(kind: Kind, of_worker: bool) -> None:
    assert kind.of_worker is of_worker
