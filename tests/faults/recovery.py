"""The report of `make faults`: each fault, its outcome, and how long the work took to recover from it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

NEXT_PART, END = "next_part_s", "end_s"


@dataclass
class Fault:
    """What became of one fault over all its repetitions."""

    outcomes: list[str] = field(default_factory=list)
    next_part: list[float] = field(default_factory=list)
    end: list[float] = field(default_factory=list)

    def add(self, report: Any) -> None:
        """Count one report of its test."""
        self.outcomes.append(report.outcome)
        for name, value in report.user_properties:
            if name in (NEXT_PART, END):
                (self.next_part if name == NEXT_PART else self.end).append(float(value))

    @property
    def outcome(self) -> str:
        """`passed`, or how often it did and what else came of it."""
        kinds = sorted(set(self.outcomes), key=self.outcomes.count, reverse=True)
        if len(self.outcomes) == 1:
            return kinds[0]
        return ", ".join(f"{self.outcomes.count(kind)} of {len(self.outcomes)} {kind}" for kind in kinds)


def rows(reports: list[Any]) -> list[tuple[str, str, str, str]]:
    """(fault, outcome, seconds to the next loaded part, seconds to the end of the run) of each test, by file."""
    faults: dict[str, Fault] = defaultdict(Fault)
    for report in reports:
        if report.when == "call" or report.outcome != "passed":
            faults[name_of(report.nodeid)].add(report)
    return [(name, fault.outcome, spread(fault.next_part), spread(fault.end)) for name, fault in sorted(faults.items())]


def name_of(nodeid: str) -> str:
    """`redis: killed half way` for `tests/faults/test_redis.py::test_killed_half_way`, without the repetition."""
    path, _, test = nodeid.partition("::")
    test, _, variant = test.partition("[")
    variant = "-".join(each for each in variant.rstrip("]").split("-") if not each.startswith("repetition"))
    words = test.removeprefix("test_").replace("_", " ") + (f" [{variant}]" if variant else "")
    return f"{path.rpartition('/')[2].removeprefix('test_').removesuffix('.py')}: {words}"


def spread(seconds: list[float]) -> str:
    """Minimum, median and maximum; one number if there was one; empty if the test does not measure."""
    if len(seconds) < 2:
        return "".join(f"{each:.1f}" for each in seconds)
    return f"{min(seconds):.1f} / {median(seconds):.1f} / {max(seconds):.1f}"


def lines(reports: list[Any]) -> list[str]:
    """The report as a table of text."""
    head = ("fault", "outcome", "next part, s", "end of run, s")
    table = [head, *rows(reports)]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]


def no_fault(only: str, folder: Path) -> list[str]:
    """What is printed where no test has the word: those that its files are named after."""
    words = ", ".join(sorted(path.stem.removeprefix("test_") for path in folder.glob("test_*.py")))
    return [
        f"no fault matches ONLY={only!r}. It may be a word of a test's name, or of a file's: {words}"
        if only
        else "no fault was run"
    ]
