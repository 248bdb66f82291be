"""The workers, by their answers: they must have the same code and declarations, and read the same files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sluice.engine.doctor.finding import Finding, State, judge, ok, warning, wrong
from sluice.engine.ledger.kinds import NAMES
from sluice.version import __version__

CLOCK_S = 10.0  # an answer takes its time
NAMED = 4
QUEUES = len(NAMES) + 1  # one for each kind of step, and that of dispatch
Answers = Sequence[tuple[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Here:
    """The declarations and folders of this process: those of workers should be equal."""

    contracts: Mapping[str, str] | None  # None if they cannot be read
    landing: str
    inbox: str
    inbox_there: bool


def look_at_workers(answers: Answers, here: Here, now: float) -> Iterator[Finding]:
    """Check the workers' answers. `now` is when they were complete, in seconds since 1970."""
    if not answers:
        yield warning(
            "workers", "none answers", "Start some: `sluice worker`, or `sluice up`; `sluice run` starts its own."
        )
        return
    failed = [f"{name}: {error}" for name, answer in answers if (error := _error_of(answer))]
    if failed:
        yield wrong("workers", "; ".join(failed[:NAMED]), "See their logs; restart them.")
        answers = [(name, answer) for name, answer in answers if not _error_of(answer)]
    if answers:
        yield from _compare(answers, here, now)


def _error_of(answer: object) -> str | None:
    """The error in an answer; also for one that cannot be read, such as another version's."""
    if not isinstance(answer, Mapping):
        return "its answer cannot be read"
    return str(answer["error"]) if "error" in answer else None


def _compare(answers: Answers, here: Here, now: float) -> Iterator[Finding]:
    yield ok("workers", f"{len(answers)} answered: {_names([n for n, _ in answers])}")
    yield _consuming(answers)
    yield from _dropped(answers)
    yield _all(
        answers,
        "workers' version",
        lambda a: a.get("sluice") == __version__,
        f"Sluice {__version__}",
        "Restart them with the version that is installed here.",
    )
    if here.contracts is not None:
        yield _all(
            answers,
            "workers' declarations",
            lambda a: a.get("contracts") == here.contracts,
            "those of here",
            "Runs of unknown declarations wait: put the same files in SLUICE_PIPELINES everywhere, then restart them.",
        )
    yield _all(
        answers,
        "workers' clocks",
        lambda a: abs(now - float(a.get("clock", 0))) < CLOCK_S,
        "the same time everywhere",
        "Synchronize the hosts' clocks (NTP).",
    )
    yield _all(
        answers,
        "landing",
        lambda a: a.get("landing") is True,
        f"seen by all: {here.landing}",
        "SLUICE_LANDING must be one folder that all of them can read, or s3://bucket/prefix.",
        state="wrong",
    )
    yield _inbox(answers, here)


def _consuming(answers: Answers) -> Finding:
    """Whether each worker takes messages from all queues."""
    closed = [f"{name}: {answer['closed']}" for name, answer in answers if answer.get("closed")]
    if closed:
        return wrong("workers' queues", "; ".join(closed[:NAMED]), "They take messages again by themselves after that.")
    return _all(
        answers,
        "workers' queues",
        lambda a: a.get("queues") == QUEUES,
        f"messages are taken from all {QUEUES}",
        "They take no messages, or not of each kind: restart them.",
        state="wrong",
    )


def _dropped(answers: Answers) -> Iterator[Finding]:
    """Messages that nobody of ours wrote, since the workers started."""
    some = [f"{int(count):,} on {name}" for name, answer in answers if (count := answer.get("dropped"))]
    if some:
        yield warning(
            "foreign messages",
            f"dropped: {', '.join(some[:NAMED])}",
            "Somebody else writes to this Redis; the workers' logs name the reasons. Use a Redis user of its own.",
        )


def _inbox(answers: Answers, here: Here) -> Finding:
    seen = [name for name, answer in answers if answer.get("inbox") is True]
    if not here.inbox_there and not seen:
        return ok("inbox", f"{here.inbox} is not there; only scheduled runs look into it")
    by = "all" if len(seen) == len(answers) else f"{len(seen)} of {len(answers)} workers"
    return judge(
        "inbox",
        here.inbox_there and by == "all",
        f"seen by {by}{'' if here.inbox_there else ', but not from here'}: {here.inbox}",
        todo="SLUICE_INBOX must be the same folder for all of them: a worker that cannot read it releases its files.",
    )


def _all(
    answers: Answers,
    check: str,
    good: Callable[[Mapping[str, Any]], bool],
    found: str,
    todo: str,
    state: State = "warning",
) -> Finding:
    """`ok` if it is true of every worker, else which ones differ."""
    others = [name for name, answer in answers if not _is(good, answer)]
    result = f"not so on {_names(others)}" if others else found
    return judge(check, not others, result, todo=todo, otherwise=state)


def _is(good: Callable[[Mapping[str, Any]], bool], answer: Mapping[str, Any]) -> bool:
    try:
        return good(answer)
    except (ValueError, TypeError, OverflowError):  # the answer of another version
        return False


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(sorted(names)[:NAMED])}{more}"
