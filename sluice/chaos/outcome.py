"""How a load compares: with what was planted in the sample, or with the undisturbed load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sluice.chaos.contents import BOOKS, Contents
from sluice.chaos.differences import Difference, compare
from sluice.chaos.loaded import Loaded
from sluice.samples.expected import Expected

CALLS = "calls"
PLANTED: Final = ("read", "loaded", "duplicate", "rejected")
KINDS = ("lost", "doubled", "added", "changed")
AS_ROWS = ("rejects", "books")  # listings that are not tables


@dataclass(frozen=True)
class Outcome:
    """A load and its verdict. `seed` is None for the undisturbed one; `problem` is a sentence if anything is wrong."""

    loaded: Loaded
    seed: int | None
    differences: Sequence[Difference]
    problem: str | None

    def rows(self, kind: str) -> int:
        """How many rows of tables were `lost`, `doubled`, `added` or `changed`."""
        return sum(int(getattr(each, kind)) for each in self.differences if each.name not in AS_ROWS)

    def json(self) -> dict[str, Any]:
        """For programs."""
        contents = self.loaded.contents
        return {
            "seed": self.seed,
            "checksum": contents.checksum(),
            "equal": self.problem is None,
            "problem": self.problem,
            "seconds": self.loaded.seconds,
            "faults": [
                {"kind": each.fault.kind.value, "second": each.at_s, "planned": each.fault.at_s, "text": each.text}
                for each in self.loaded.happened
            ],
            **{kind: self.rows(kind) for kind in KINDS},
            "differences": [asdict(each) for each in self.differences],
            "tables": {each.name: len(each.rows) for each in contents.tables},
            "books": contents.books_by_source(),
        }


def against_sample(loaded: Loaded, expected: Expected) -> Outcome:
    """The verdict on the undisturbed load: it ended, and its calls are counted as they were planted."""
    found = loaded.contents.books_by_source().get(CALLS, dict.fromkeys(BOOKS, 0))
    planted = {name: expected[name] for name in PLANTED}
    wrong = [f"{name} {found[name]:,}, planted {rows:,}" for name, rows in planted.items() if found[name] != rows]
    books = f"The books of the undisturbed load differ from the sample: {'; '.join(wrong)}." if wrong else None
    return Outcome(loaded, None, [], _not_ended(loaded) or books)


def against(undisturbed: Contents, loaded: Loaded, seed: int) -> Outcome:
    """The verdict on a load under faults: it ended, and its tables, rejects and books are those of the undisturbed."""
    differences = compare(undisturbed, loaded.contents)
    differs = [f"{each.name} differs: {each.first}" for each in differences[:1]]
    problem = _not_ended(loaded) or (f"Seed {seed}: {differs[0]}." if differs else None)
    return Outcome(loaded, seed, differences, problem)


def _not_ended(loaded: Loaded) -> str | None:
    if loaded.error is None:
        return None
    why = f" ({'; '.join(loaded.reasons)})" if loaded.reasons else ""
    return f"The load {loaded.name} did not end: {loaded.error}{why}."
