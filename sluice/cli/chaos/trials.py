"""The trials of `sluice chaos`, one after another, in a place of their own."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from sluice.chaos.outcome import Outcome, against, against_sample
from sluice.chaos.place import Place, own_place
from sluice.chaos.sample import make_sample
from sluice.chaos.series import series
from sluice.chaos.trial import PROCESSES, WORKERS, Trial
from sluice.cli.chaos.screen import Screen
from sluice.cli.exits import Exit
from sluice.cli.output import fail, print_object, things
from sluice.cli.servers.processes import worker_command
from sluice.workers.child import Command
from sluice.workers.supervisor import stop_signals

UNDISTURBED = "undisturbed"


def run_trials(seeds: Sequence[int], seconds: float, rows: int, *, as_json: bool) -> None:
    """Load undisturbed, then once for each seed, and print what differs. Raises typer.Exit unless all are equal."""
    with stop_signals(), Screen(as_json=as_json) as screen, own_place() as place, _logged(place.home):
        outcomes = list(_outcomes(place, screen, seeds, seconds, rows))
        problems = [each.problem for each in outcomes if each.problem is not None]
        place.kept = bool(problems)
    facts = _facts(outcomes, place, problems)
    if problems:
        more = f" ({len(problems) - 1} more above)" if len(problems) > 1 else ""
        advice = f"`SLUICE_HOME={place.home} sluice status` shows its runs; its logs and tables are in {place.home}"
        fail("Different", f"{problems[0]}{more}\n{advice}.", as_json=as_json, **facts)
        raise typer.Exit(Exit.FAILED)
    if as_json:
        print_object(facts)


def _outcomes(place: Place, screen: Screen, seeds: Sequence[int], seconds: float, rows: int) -> Iterator[Outcome]:
    sample = make_sample(place.home / "sample", rows)
    screen.introduce(place.home, sample)
    screen.begin(UNDISTURBED)
    first = against_sample(Trial(place, sample, _workers, screen, name=UNDISTURBED).load(), sample.expected)
    screen.undisturbed(first)
    yield first
    if first.problem is not None:
        place.show(UNDISTURBED)
        return
    for seed in seeds:
        faults = series(seed, seconds, WORKERS)
        screen.begin(f"seed {seed}", heading(len(faults), seconds))
        trial = Trial(place, sample, _workers, screen, name=f"seed_{seed}", faults=faults, seconds=seconds)
        outcome = against(first.loaded.contents, trial.load(), seed)
        screen.disturbed(outcome)
        if outcome.problem is not None:
            place.show(f"seed_{seed}")
        yield outcome


def heading(faults: int, seconds: float) -> str:
    """How many faults a load has, and when: they may come later than planned."""
    return f"{things(faults, 'fault')}, planned for the first {seconds:g} s; one waits until what it is for runs"


def _workers(folder: Path) -> list[Command]:
    numbers = range(1, WORKERS + 1)
    return [worker_command(PROCESSES, folder / "logs" / f"worker_{number}.log", number) for number in numbers]


def _facts(outcomes: Sequence[Outcome], place: Place, problems: Sequence[str]) -> dict[str, Any]:
    first, *others = outcomes
    return {
        "equal": not problems,
        "checksum": first.json()["checksum"],
        "kept": str(place.home) if problems else None,
        "undisturbed": first.json(),
        "seeds": [each.json() for each in others],
    }


@contextmanager
def _logged(home: Path) -> Iterator[None]:
    """What this process logs goes to a file: that a server is away is what the command is about."""
    log, handler = logging.getLogger("sluice"), logging.FileHandler(home / "chaos.log", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
        handler.close()
