"""`chaos`: what it refuses before anything starts, and which seeds it takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sluice.cli.chaos.trials import heading

Sluice = Callable[..., Any]


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would be run."""
    wanted: list[Any] = []
    monkeypatch.setattr(
        "sluice.cli.chaos.trials.run_trials",
        lambda seeds, seconds, rows, *, as_json: wanted.append((seeds, seconds, rows, as_json)),
    )
    return wanted


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (["DATABASE_URL"], "DATABASE_URL is set."),
        (["REDIS_URL"], "REDIS_URL is set."),
        (["SLUICE_CACHE_URL"], "SLUICE_CACHE_URL is set."),
        (["DATABASE_URL", "REDIS_URL"], "DATABASE_URL and REDIS_URL are set."),
        (["DATABASE_URL_FILE"], "DATABASE_URL_FILE is set."),
        (["REDIS_URL_FILE"], "REDIS_URL_FILE is set."),
    ],
)
def test_servers_that_it_did_not_start_are_refused(
    sluice: Sluice, trials: list[Any], monkeypatch: pytest.MonkeyPatch, named: list[str], message: str
) -> None:
    for name in named:
        monkeypatch.setenv(name, "redis://secret@somewhere/0")
    result = sluice("chaos", "--seed", "1")
    rule = "`sluice chaos` kills and empties servers, but only those that it has started itself"
    assert result.exit_code == 2
    assert result.stderr == (f"error: {message} {rule}: run `env -u {' -u '.join(named)} sluice chaos`.\n")
    assert trials == []


def test_a_server_that_is_set_and_empty_is_not_named(
    sluice: Sluice, trials: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    assert sluice("chaos").exit_code == 0
    assert trials == [([1], 20.0, 60_000, False)]


@pytest.mark.parametrize(
    ("words", "seeds"),
    [
        ((), [1]),
        (("--seed", "4"), [4]),
        (("--seed", "1", "2", "3"), [1, 2, 3]),
        (("--seed", "1", "2", "3", "--seconds", "20"), [1, 2, 3]),
        (("--seed", "5", "--seed", "6"), [5, 6]),
        (("7", "8"), [7, 8]),
        (("--seed", "2", "2", "0"), [2, 0]),
    ],
)
def test_seeds_are_taken_in_their_order(
    sluice: Sluice, trials: list[Any], words: tuple[str, ...], seeds: list[int]
) -> None:
    assert sluice("chaos", *words).exit_code == 0
    assert trials == [(seeds, 20.0, 60_000, False)]


@pytest.mark.parametrize("rows", ["0", "59", "5000001"])
def test_a_sample_that_is_too_small_or_too_large_is_refused(
    sluice: Sluice, trials: list[Any], home: Path, rows: str
) -> None:
    result = sluice("chaos", "--rows", rows)
    assert (result.exit_code, result.stderr) == (
        2,
        f"error: --rows must be an integer between 60 and 5,000,000, not {int(rows)}.\n",
    )
    assert trials == []
    assert not home.exists()


@pytest.mark.parametrize("words", [("--seed", "-1"), ("--seed", "one"), ("--seconds", "0"), ("--seconds", "3601")])
def test_wrong_numbers_are_refused(sluice: Sluice, trials: list[Any], words: tuple[str, ...]) -> None:
    assert sluice("chaos", *words).exit_code == 2
    assert trials == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--seed", "x"), "--seed must be an integer of at least 0, not 'x'."),
        (("--seed", "1", "--seed", "-1"), "--seed must be an integer of at least 0, not '1 -1'."),
        (("1", "x"), "N ... must be an integer of at least 0, not '1 x'."),
    ],
)
def test_a_seed_that_is_not_an_integer_is_refused(
    sluice: Sluice, trials: list[Any], words: tuple[str, ...], message: str
) -> None:
    result = sluice("chaos", *words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert trials == []


def test_the_heading_of_a_load_does_not_promise_when_the_last_fault_happens() -> None:
    assert heading(17, 20.0) == "17 faults, planned for the first 20 s; one waits until what it is for runs"
    assert heading(1, 0.5) == "1 fault, planned for the first 0.5 s; one waits until what it is for runs"
